"""The data of a run once more: the ones it was trained on, with the splits that it was trained on, or a refusal."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from trasluz.data.data import Data
from trasluz.data.read.raw import Raw
from trasluz.data.split.splits import SPLITTING
from trasluz.errors import DataError, RunError
from trasluz.messages import _
from trasluz.recipe import DataSection, Recipe
from trasluz.reporting import Reporter
from trasluz.runs.folder import RunFolder
from trasluz.runs.splits import load_splits

OpenSource = Callable[[DataSection, int, Reporter, Raw | None], Data]  # what ``sources.open_source`` is once bound


def reopen(folder: RunFolder, recipe: Recipe, arrays: Raw | None, open_source: OpenSource, reporter: Reporter) -> Data:
    """The data of a run with the splits that it was trained on.

    Raises:
        DataError: the data are not there.
        RunError: the data are not the ones that the run was trained on, or how they were split is lost.
    """
    info = folder.info()
    if arrays is None and info.get("in_memory"):
        raise DataError(
            _("{path}: this run was trained on arrays in memory; give them again with data=(samples, labels).").format(
                path=folder.path
            )
        )
    opened = open_source(recipe.data, recipe.seed, reporter, arrays)
    if opened.fingerprint != info["fingerprint"]:
        message = _("{path}: the data in {source} changed since this run was trained; restore them or train a new run.")
        raise RunError(message.format(path=folder.path, source=recipe.data.source))
    splits = load_splits(folder.path, len(opened.samples), info.get("splits", {}))
    if not splits and info.get("splitting", 1) != SPLITTING:
        message = _(
            "{path}: splits.npz is missing, and this version of Trasluz splits data otherwise than the one that "
            "trained this run, so that images would change sides; restore the file from a copy of the run."
        )
        raise RunError(message.format(path=folder.path))
    return dataclasses.replace(opened, splits=splits or opened.splits)
