"""Where the data of a run may lie now: where it was trained from, beside it, where somebody said, in ``TRASLUZ_DATA``.

A source is a text as a recipe's ``data.source`` has it.  Every place is only a candidate: ``reopening.py`` takes the
data there when their fingerprint is the run's.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from trasluz.data.read.folders import data_folders
from trasluz.data.sources.base import is_named, locate
from trasluz.errors import DataError
from trasluz.runs.data_place import RUN_PREFIX, DataPlace, place_of, read_place
from trasluz.runs.folder import RunFolder


def place_of_source(source: str, run: Path) -> DataPlace | None:
    """The place of ``source`` as seen from the folder ``run``; ``None`` for what has none, such as ``digits``."""
    if source.startswith(RUN_PREFIX):
        return DataPlace.of(Path(source.removeprefix(RUN_PREFIX)), run, RUN_PREFIX)
    if is_named(source):
        return None
    try:
        return DataPlace.of(locate(source), run)
    except DataError:
        return None


def sources_of(folder: RunFolder, source: str) -> list[str]:
    """What may hold the data of the run in ``folder``, whose recipe names ``source``, the likeliest first; each once.

    A path that is not there is left out.
    """
    found: dict[str, str] = {}
    for candidate in _candidates(folder, source):
        if is_there(candidate):
            found.setdefault(_real(candidate), candidate)
    return list(found.values())


def _candidates(folder: RunFolder, source: str) -> Iterator[str]:
    for place in (read_place(folder.path), place_of(folder.info().get("data_place"))):
        if place is not None:
            yield from place.sources(folder.path)
    yield source
    if not is_named(source) and not source.startswith(RUN_PREFIX):
        yield from (str(data / Path(source).name) for data in data_folders())


def moved_to(folder: RunFolder, source: str) -> str | None:
    """What ``--data`` must say so that ``train`` finds the data of the run in ``folder``, whose recipe names
    ``source``; ``None`` where the recipe alone leads there, and where nothing is known."""
    found = sources_of(folder, source)
    if not found or folder.info().get("in_memory"):
        return None
    return None if is_there(source) and _real(source) == _real(found[0]) else found[0]


def is_there(source: str) -> bool:
    """Whether there is something of that name or path, a run included."""
    if source.startswith(RUN_PREFIX):
        return Path(source.removeprefix(RUN_PREFIX)).is_dir()
    if is_named(source):
        return True
    try:
        locate(source)
    except DataError:
        return False
    return True


def _real(source: str) -> str:
    """What is the same for two ways to one place."""
    if is_named(source):
        return source
    prefix = RUN_PREFIX if source.startswith(RUN_PREFIX) else ""
    path = Path(source.removeprefix(prefix))
    return prefix + str((path if prefix else locate(source)).resolve())
