"""Data from any source, another run's images included: ``data.source: run:PATH``.

A run cannot be a source where the others are, in ``data/``, because that room knows neither runs nor networks.  So
its images are made here and handed to ``open_data`` as arrays; whatever needs data in this room opens them here.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from trasluz.api.generation import generate
from trasluz.api.mixture import FORMAT as MIXTURE_FORMAT
from trasluz.api.opened import OpenedRun
from trasluz.data.data import Data
from trasluz.data.describe.fingerprint import digest, fingerprint_of_facts
from trasluz.data.opening import open_data
from trasluz.data.read.cache import remembered
from trasluz.data.read.raw import Raw
from trasluz.errors import DataError, RecipeError
from trasluz.messages import _
from trasluz.recipe import DataSection
from trasluz.recipe.data import GenerateSection
from trasluz.reporting import Reporter
from trasluz.rng import Rng

PREFIX = "run:"
_TO_BE_NAMED = "GENERATOR"  # what a built-in recipe has where a run of the user's belongs
REAL, GENERATED = "real", "generated"
OWN = "own"
_VERSION = 1  # of the images that are remembered


OpenRun = Callable[[Path], OpenedRun]


def open_source(section: DataSection, seed: int, reporter: Reporter, arrays: Raw | None, open_run: OpenRun) -> Data:
    """The data that ``section`` describes; ``arrays`` stand in for its source.  ``open_run`` opens a run by its folder.

    Raises:
        DataError: no such source, nothing in it that can be read, or none was named where the recipe leaves it open.
        RecipeError: a split that cannot be made, or ``data.generate`` for a source that is no run.
        RunError: the source is a run that is not there or not complete.
        RequestError: the source is a run that cannot generate.
    """
    if arrays is None and section.source.startswith(PREFIX):
        arrays = images_of_run(section, seed, reporter, open_run)
    elif section.generate is not None:
        message = _("data.generate: is for images that a run makes, but the source is {source}; give run:PATH.")
        raise RecipeError(message.format(source=section.source))
    return open_data(section, seed, reporter, arrays)


def images_of_run(section: DataSection, seed: int, reporter: Reporter, open_run: OpenRun) -> Raw:
    """Images that the run in ``section.source`` makes, as class ``generated``; real ones beside them on request.

    The real images keep the splits of their own data; generated ones are shared out over the same splits in the same
    proportion, and of each split as many real images are drawn as there are generated ones.  Both kinds are 8-bit
    images of one size, so that nothing but their content tells them apart.
    """
    path = Path(section.source.removeprefix(PREFIX))
    if str(path) == _TO_BE_NAMED and not path.exists():
        message = _(
            "data.source: this recipe learns from images that a run of yours makes; name it with --data run:PATH."
        )
        raise DataError(message)
    run, settings = open_run(path), section.generate or GenerateSection()
    made = _made(run, settings, reporter)
    names = tuple(f"{run.path.name}#{i + 1}" for i in range(len(made)))
    if settings.real is None:
        return Raw(run.path.name, made, [GENERATED] * len(made), files=names)
    data = _real_data(run, settings.real, section, seed, reporter)
    parts = _share_out(data, len(made), Rng(settings.seed))
    rows = np.concatenate([chosen for chosen, _count in parts.values()])
    real_names = tuple(data.files[row] if data.files is not None else f"{data.name}#{row}" for row in rows)
    return Raw(
        f"{run.path.name} + {data.name}",
        np.concatenate([as_bytes(data, rows), made]),
        [REAL] * len(rows) + [GENERATED] * len(made),
        class_names={REAL: REAL, GENERATED: GENERATED},
        splits=_splits(parts, len(rows)),
        files=real_names + names,
    )


def as_bytes(data: Data, rows: np.ndarray) -> np.ndarray:
    """Stored images as uint8 ``[n, h, w, c]`` that count from 0 to 255."""
    low, high = data.value_range
    stored: np.ndarray = data.samples[rows]
    if stored.dtype == np.uint8 and (low, high) == (0.0, 255.0):
        return stored
    scaled = (stored.astype(np.float32) - low) * (255 / (high - low))
    whole: np.ndarray = np.rint(scaled).clip(0, 255).astype(np.uint8)
    return whole


def _made(run: OpenedRun, settings: GenerateSection, reporter: Reporter) -> np.ndarray:
    """The run's images uint8 ``[n, h, w, c]``, from the cache where they were made before."""
    run.need("decode" if settings.source == "mixture" else "generate")
    facts = [digest(run.weights.file.read_bytes()).hex(), run.recipe.hash, run.info["fingerprint"], settings.count]
    source = f"mixture-{MIXTURE_FORMAT}" if settings.source == "mixture" else settings.source
    key = fingerprint_of_facts([*facts, settings.seed, source])

    def compute() -> dict[str, np.ndarray]:
        return {"images": generate(run, settings.count, settings.seed, None, settings.source, reporter).images}

    return remembered(run.path.name, key, f"generated-{_VERSION}", compute)["images"]


def _real_data(run: OpenedRun, source: str, section: DataSection, seed: int, reporter: Reporter) -> Data:
    """The run's own data, or others brought to the size and channels of its images."""
    if source == OWN:
        return run.data
    p = run.preprocess
    wanted = DataSection.model_validate(
        {"source": source, "valid": section.valid, "test": section.test}
        | {"size": p.size, "channels": p.channels, "resize": p.resize}
    )
    data = run.open_source(wanted, seed, reporter, None)
    if data.kind != "image":
        raise DataError(_("{source}: only images can stand beside generated images.").format(source=source))
    return data


def _share_out(data: Data, count: int, rng: Rng) -> dict[str, tuple[np.ndarray, int]]:
    """Split → rows of real images, and how many of the ``count`` generated ones go there."""
    whole = sum(len(rows) for rows in data.splits.values())
    ends = np.rint(np.cumsum([len(rows) for rows in data.splits.values()]) * (count / whole)).astype(int)
    parts, start = {}, 0
    for i, (name, rows) in enumerate(data.splits.items()):
        share = int(ends[i]) - start
        drawn = rng.permutation("real", i, len(rows)).numpy()[:share]
        parts[name] = (np.sort(rows[drawn]), share)
        start = int(ends[i])
    return parts


def _splits(parts: dict[str, tuple[np.ndarray, int]], real: int) -> dict[str, np.ndarray]:
    """Row numbers of each split: real images come first, generated ones after all ``real`` of them."""
    found, first, second = {}, 0, real
    for name, (rows, count) in parts.items():
        found[name] = np.concatenate([np.arange(first, first + len(rows)), np.arange(second, second + count)])
        first, second = first + len(rows), second + count
    return found
