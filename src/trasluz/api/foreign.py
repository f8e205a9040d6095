"""Other data for a run's model: read as its training images were, with labels matched to its classes by name."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np

from trasluz.api.opened import OpenedRun
from trasluz.api.sources import PREFIX
from trasluz.data.data import Data
from trasluz.data.read.images import in_training_range
from trasluz.data.read.raw import Raw
from trasluz.data.sources.base import known_table
from trasluz.data.split.groups import NoGroupsError
from trasluz.errors import DataError
from trasluz.messages import _
from trasluz.recipe import DataSection
from trasluz.recipe.data import FoldersSection
from trasluz.reporting import Reporter

ALL = "all"  # the split of all samples


def open_foreign(source: str | Path, run: OpenedRun, reporter: Reporter) -> Data:
    """Data from ``source`` with the splits that it gives, and ``all`` of it.

    Raises:
        DataError: data of another kind or shape, without a column that the model needs, or with a class that it does
            not know.
    """
    recipe, model = run.recipe, run.model
    p = model.preprocess
    changes = {
        "source": str(source),
        "size": p.size,
        "channels": p.channels,
        "valid": None,
        "test": None,
        "limit": None,
        "labelled": None,
        "range": p.file_range or recipe.data.range,
        "splits": FoldersSection(),  # names of folders of the training data; others have their own
        "generate": recipe.data.generate if str(source).startswith(PREFIX) else None,
    }
    section = recipe.data.model_copy(update=changes)
    table = known_table(section, p.columns, reporter)
    opened, section = _with_domains(run, section, table, reporter)
    if opened.file_range is not None and p.file_range is None:  # deeper than what the model knows, so of no range of it
        section = section.model_copy(update={"range": "full"})
        opened = run.open_source(section, recipe.seed, reporter, table)
    opened = _as_long(opened, model.spec.shape[0])
    if opened.kind != model.spec.kind or opened.spec.shape != model.spec.shape:
        message = _("{source}: holds {kind} data of shape {given}, but the model was trained on {own} of {shape}.")
        told = {"kind": opened.kind, "given": list(opened.spec.shape), "own": model.spec.kind}
        raise DataError(message.format(source=opened.name, shape=list(model.spec.shape), **told))
    if opened.kind == "image":
        opened = dataclasses.replace(opened, samples=in_training_range(opened, p), value_range=(p.low, p.high))
    everything = np.arange(len(opened.samples))
    labels = _match(opened, model.spec.classes)
    splits = {**opened.splits, ALL: everything}
    known = recipe.data.domains and labels is not None and bool((labels >= 0).all())
    domain, domains = (labels, model.spec.domains) if known else (opened.domain, opened.domains)
    classes = model.spec.classes
    return dataclasses.replace(opened, labels=labels, classes=classes, splits=splits, domain=domain, domains=domains)


def _with_domains(
    run: OpenedRun, section: DataSection, table: Raw | None, reporter: Reporter
) -> tuple[Data, DataSection]:
    """The data and what they were read by: with domains where the run's own have them, so that folders such as
    ``trainA`` and ``testB`` mean what they meant in training; images of one domain alone will do, too."""
    if section.domains:
        try:
            return _ungrouped(run, section, table, reporter)
        except DataError:  # one folder of images, or what cannot be read in either way, which is said below
            section = section.model_copy(update={"domains": False})
    return _ungrouped(run, section, table, reporter)


def _ungrouped(run: OpenedRun, section: DataSection, table: Raw | None, reporter: Reporter) -> tuple[Data, DataSection]:
    """The data and what they were read by: without groups where they have none, because no split is made of them."""
    seed = run.recipe.seed
    try:
        return run.open_source(section, seed, reporter, table), section
    except NoGroupsError:
        section = section.model_copy(update={"group": None})
        return run.open_source(section, seed, reporter, table), section


def _as_long(data: Data, steps: int) -> Data:
    """Sequences that are shorter than the model's, padded to ``steps``: what stands beyond a length changes nothing."""
    if data.kind != "sequence" or data.samples.shape[1] >= steps:
        return data
    missing = steps - data.samples.shape[1]
    return dataclasses.replace(data, samples=np.pad(data.samples, ((0, 0), (0, missing), (0, 0))))


def _match(data: Data, classes: tuple[str, ...]) -> np.ndarray | None:
    """Labels of ``data`` as positions in ``classes``; a class that no sample has, an empty folder, may be another."""
    if data.labels is None or not classes:
        return None
    given = data.labels.nonzero()[1] if data.labels.ndim == 2 else data.labels[data.labels >= 0]
    held = np.bincount(given, minlength=len(data.classes))
    unknown = [name for name, count in zip(data.classes, held, strict=True) if count and name not in classes]
    if unknown:
        message = _("{source}: the class {unknown} is not one of the model's classes: {classes}.")
        raise DataError(message.format(source=data.name, unknown=unknown[0], classes=", ".join(classes)))
    position = np.array([classes.index(name) if name in classes else -1 for name in data.classes], np.int64)
    if data.labels.ndim == 2:
        wide = np.zeros((len(data.labels), len(classes)), bool)
        wide[:, position[position >= 0]] = data.labels[:, position >= 0]
        return wide
    return np.where(data.labels < 0, -1, position[data.labels])
