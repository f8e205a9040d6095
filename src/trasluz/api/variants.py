"""What a study keeps of a run beside its numbers: pictures that stand beside those of other variants, and findings."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np

from trasluz import components
from trasluz.api.findings import evidence_of, findings_by_language, save_findings
from trasluz.api.looks import subject_of
from trasluz.api.run import Run
from trasluz.errors import RequestError
from trasluz.look import base
from trasluz.look.looks.latent_map import LatentMapResult
from trasluz.look.shown import few_of_each_class, from_rows
from trasluz.look.subject import Subject
from trasluz.look.through import Through, see_through
from trasluz.messages import _
from trasluz.reading import read_json
from trasluz.reporting import Reporter
from trasluz.runs.folder import RunFolder
from trasluz.runs.variant_pictures import VariantPictures, save_pictures

_IMAGES, _SAMPLES = 8, 8
_CODES = 500  # of which the map is a second's work, also of wide codes


def keep_pictures(run: Run, split: str, reporter: Reporter) -> None:
    """Keeps what the run's model makes of a few images of ``split``, and where the codes of some hundred lie.

    What cannot be had costs its own place alone, and is said.
    """
    try:
        subject = subject_of(run, split)
        through, names, labels = _through(run, subject, split)
        codes, code_labels, classes = _codes(subject)
        save_pictures(run.weights, VariantPictures(through, names, labels, codes, code_labels, classes))
    except components.PASSING:
        raise
    except Exception as error:  # a network of the user's own may raise anything
        message = _("{path}: the study's page shows no pictures of this run: {reason}")
        reporter.warn(message.format(path=run.path, reason=" ".join(str(error).split()) or type(error).__name__))


def keep_findings(run: Run) -> None:
    """Keeps what the rules find in the run.

    Raises:
        StorageError: it cannot be written.
    """
    save_findings(run, findings_by_language(evidence_of(run)))


def findings_kept(run: RunFolder) -> list[Mapping[str, Any]]:
    """What ``keep_findings`` kept, as plain values with their texts by language; none where it cannot be read."""
    path = run.path / "findings.json"
    if not path.is_file():
        return []
    try:
        found: Any = read_json(path)
        return [one for one in found["findings"] if isinstance(one["title"], dict) and isinstance(one["seen"], dict)]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def _through(run: Run, subject: Subject, split: str) -> tuple[Through, tuple[str, ...], tuple[str, ...]]:
    if subject.spec.kind != "image":
        return Through(np.empty((0, 1, 1, 1), np.uint8)), (), ()
    data = run.data
    shown = from_rows(data, few_of_each_class(data, data.split(split), _IMAGES))
    through = see_through(subject, shown.samples)
    if "generate" in run.capabilities:
        through = dataclasses.replace(through, samples=run.generate(_SAMPLES).images)
    single = shown.labels.ndim == 1
    labels = tuple(data.classes[int(label)] if single and int(np.max(label)) >= 0 else "" for label in shown.labels)
    return through, shown.names, labels


def _codes(subject: Subject) -> tuple[np.ndarray | None, np.ndarray | None, tuple[str, ...]]:
    """Codes on their two principal axes with their labels, where the model has any."""
    try:
        found = base.compute("latent-map", subject, None, {"method": "pca", "count": _CODES}, Reporter())
    except RequestError:
        return None, None, ()
    assert isinstance(found, LatentMapResult), "that is what this look finds"
    return found.positions["pca"].astype(np.float32), found.labels, found.classes
