"""The data of a run once more: the ones it was trained on, with the splits that it was trained on, or a refusal.

They are looked for where they may lie (``places.py``), and in the cache of decoded images; whatever is found counts
only if its fingerprint is the run's.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from trasluz.api.places import place_of_source, sources_of
from trasluz.data.data import Data
from trasluz.data.describe.differences import differences
from trasluz.data.read.raw import Raw
from trasluz.data.read.store import stored_with
from trasluz.data.split.splits import SPLITTING
from trasluz.errors import DataError, RequestError, RunError
from trasluz.messages import _
from trasluz.recipe import DataSection, Recipe
from trasluz.reporting import Reporter
from trasluz.runs.data_place import place_of, read_place, write_place
from trasluz.runs.folder import RunFolder
from trasluz.runs.groups import load_groups
from trasluz.runs.splits import load_splits

OpenSource = Callable[[DataSection, int, Reporter, Raw | None], Data]  # what ``sources.open_source`` is once bound


def reopen(
    folder: RunFolder,
    recipe: Recipe,
    arrays: Raw | None,
    open_source: OpenSource,
    reporter: Reporter,
    place: str | None = None,
) -> Data:
    """The data of a run with the splits that it was trained on.

    ``arrays`` or ``place``, a source, say what they are or where they lie now; a place that is right is remembered.

    Raises:
        DataError: the data are not there.
        RunError: the data are not the ones that the run was trained on, or how they were split is lost.
    """
    info = folder.info()
    if arrays is None and place is None and info.get("in_memory"):
        raise DataError(
            _("{path}: this run was trained on arrays in memory; give them again with data=(samples, labels).").format(
                path=folder.path
            )
        )
    if arrays is not None or place is not None:
        found = _opened(folder, recipe, place, arrays, open_source, reporter)
        if place is not None:
            remember(folder, place, reporter)
    else:
        found = _found(folder, recipe, open_source, reporter)
    splits = load_splits(folder.path, len(found.samples), info.get("splits", {}))
    if not splits and info.get("splitting", 1) != SPLITTING:
        message = _(
            "{path}: splits.npz is missing, and this version of Trasluz splits data otherwise than the one that "
            "trained this run, so that images would change sides; restore the file from a copy of the run."
        )
        raise RunError(message.format(path=folder.path))
    groups = load_groups(folder.path, len(found.samples))
    return dataclasses.replace(found, splits=splits or found.splits, groups=found.groups if groups is None else groups)


def is_own(folder: RunFolder, data: Data) -> bool:
    """Whether ``data`` are those that the run was trained on, whatever their splits."""
    return bool(data.fingerprint == folder.info()["fingerprint"])


def remember(folder: RunFolder, source: str, reporter: Reporter) -> None:
    """Keeps in the run where its data lie now, and says so; a folder that cannot be written is said, too."""
    place = place_of_source(source, folder.path)
    if place is None or place == (read_place(folder.path) or place_of(folder.info().get("data_place"))):
        return
    if write_place(folder.path, place):
        reporter.say(_("{path}: remembers that its data lie in {place} now.").format(path=folder.path, place=source))
    else:
        message = _("{path}: cannot be written, so it does not remember where its data lie; name the place each time.")
        reporter.say(message.format(path=folder.path))


def _found(folder: RunFolder, recipe: Recipe, open_source: OpenSource, reporter: Reporter) -> Data:
    """The data in the first place that holds them, or why the likeliest place does not."""
    refusal: RequestError | None = None
    for source in sources_of(folder, recipe.data.source):
        try:
            return _opened(folder, recipe, source, None, open_source, reporter)
        except RequestError as error:
            refusal = refusal or error
    if refusal is not None:
        raise refusal
    info = folder.info()
    stored = stored_with(info["fingerprint"], info.get("data") or recipe.data.source)
    if stored is None:
        raise _nowhere(folder, recipe)
    message = _("{path}: its data are not where they were; what was decoded of them is still in the cache and is used.")
    reporter.say(message.format(path=folder.path))
    return _opened(folder, recipe, None, stored, open_source, reporter)


def _nowhere(folder: RunFolder, recipe: Recipe) -> DataError:
    place = read_place(folder.path) or place_of(folder.info().get("data_place"))
    message = _(
        "{path}: the data that it was trained on are not in {place} any more; say where they lie now with --data PLACE "
        "(in Python data=), and the run remembers it."
    )
    return DataError(message.format(path=folder.path, place=place.absolute if place else recipe.data.source))


def _opened(
    folder: RunFolder,
    recipe: Recipe,
    source: str | None,
    arrays: Raw | None,
    open_source: OpenSource,
    reporter: Reporter,
) -> Data:
    """The data of ``source`` or ``arrays``.

    Raises:
        DataError: there are none that can be read.
        RunError: they are not the ones that the run was trained on; says in what they differ.
    """
    section = recipe.data if source is None else recipe.data.model_copy(update={"source": source})
    opened = open_source(section, recipe.seed, reporter, arrays)
    if not is_own(folder, opened):
        raise _other(folder, section.source, opened)
    return opened


def _other(folder: RunFolder, source: str, opened: Data) -> RunError:
    message = _(
        "{path}: the data in {source} changed since this run was trained, or are others: {differences}; restore them, "
        "say with --data PLACE (in Python data=) where the right ones lie, or train a new run."
    )
    told = differences(folder.info().get("audit") or {}, opened.audit)
    return RunError(message.format(path=folder.path, source=source, differences=told))
