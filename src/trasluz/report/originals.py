"""Originals: the photographs that a run was made from, read again from their files for a page.

A file is the original of a stored image if it becomes that image when it is read as the run reads its images; so what
has changed meanwhile, and what a run from elsewhere only claims to be its own, is never shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from trasluz.data.feed.preprocess import Preprocess
from trasluz.data.read.archives import is_archive
from trasluz.data.read.decode import Plan, UnreadableImageError, decode, quiet_pillow, read_bytes, read_header
from trasluz.data.sources.archive import archive_files
from trasluz.data.sources.base import is_named, locate
from trasluz.errors import DataError
from trasluz.reading import read_text
from trasluz.report.context import Context
from trasluz.reporting import Reporter
from trasluz.runs.data_place import RUN_PREFIX, place_of, read_place

LARGEST = 640  # pixels of the longer side
_ALIKE = 1.0  # mean difference of bytes up to which a file still is the original, if another library decodes it


def originals(context: Context, names: tuple[str, ...], stored: np.ndarray) -> dict[int, np.ndarray]:
    """The originals that are found, uint8 ``[h, w, c]`` at most 640 on a side, by their place in ``names``.

    ``stored``: uint8 ``[n, h, w, c]``, the images as the model was given them.  An original has the part of the file
    that the model was given: cut as the run cuts, in the file's own proportions where the run changes them.
    """
    preprocess = _preprocess(context)
    if preprocess is None or preprocess.size is None or preprocess.channels is None:
        return {}
    plan = Plan(*preprocess.size, preprocess.channels, preprocess.resize)
    if stored.shape[1:] != plan.shape:
        return {}
    found: dict[int, np.ndarray] = {}
    with quiet_pillow():
        for place, content in _contents(context, names):
            if place not in found:
                original = _original(content, plan, stored[place])
                if original is not None:
                    found[place] = original
    return found


def _preprocess(context: Context) -> Preprocess | None:
    """How the run reads images; ``None`` for other data, and for files deeper than 8 bits, which look as they lie."""
    try:
        found = Preprocess.model_validate_json(read_text(context.folder.path / "model" / "preprocess.json"))
    except (OSError, ValueError):
        return None
    deep = found.file_range is not None or (found.low, found.high) != (0.0, 255.0)
    return None if found.kind != "image" or deep else found


def _contents(context: Context, names: tuple[str, ...]) -> Iterator[tuple[int, bytes]]:
    """What may be the files of ``names``: the place of the name, and the bytes."""
    for source in _places(context):
        if is_archive(source):
            yield from _members(source, names)
            continue
        folder = source if source.is_dir() else source.parent
        for place, name in enumerate(names):
            yield from ((place, content) for content in _read(folder / name))


def _places(context: Context) -> list[Path]:
    """Where the run's data may lie; last the folder in which we are, for images that were named on the command line."""
    run = context.folder.path
    texts = [context.recipe.data.source]
    for kept in (read_place(run), place_of(context.info.get("data_place"))):
        texts += kept.sources(run) if kept is not None else ()
    found: dict[Path, None] = {}
    for text in texts:
        if text and not is_named(text) and not text.startswith(RUN_PREFIX):
            try:
                found[locate(text)] = None
            except DataError:  # moved: what was kept is shown
                continue
    return [*found, Path()]


def _read(path: Path) -> Iterator[bytes]:
    try:
        yield read_bytes(path)
    except (UnreadableImageError, OSError, ValueError):
        return


def _members(archive: Path, names: tuple[str, ...]) -> Iterator[tuple[int, bytes]]:
    try:
        listing = archive_files(archive, archive.name).listing(Reporter())
    except (DataError, OSError):
        return
    wanted = {row: names.index(name) for row, name in enumerate(listing.names) if name in names}
    for row, content in listing.contents():
        if row in wanted:
            try:
                yield wanted.pop(row), read_bytes(content)
            except UnreadableImageError:
                continue
        if not wanted:
            return


def _original(content: bytes, plan: Plan, stored: np.ndarray) -> np.ndarray | None:
    try:
        again = decode(content, plan).pixels
        if np.abs(again.astype(np.float32) - stored).mean() > _ALIKE:
            return None
        return decode(content, _larger(content, plan)).pixels
    except UnreadableImageError:
        return None


def _larger(content: bytes, plan: Plan) -> Plan:
    """The plan by which the same part of the file is seen as large as the file has it, within ``LARGEST``."""
    header = read_header(content)
    channels = 4 if plan.channels == 4 else 1 if header.grey else 3
    height, width = float(header.height), float(header.width)
    if plan.resize != "stretch":
        ratios = header.height / plan.height, header.width / plan.width
        scale = min(ratios) if plan.resize == "crop" else max(ratios)
        height, width = plan.height * scale, plan.width * scale
    shrink = min(LARGEST / max(height, width), 1.0)
    return Plan(max(round(height * shrink), 1), max(round(width * shrink), 1), channels, plan.resize)
