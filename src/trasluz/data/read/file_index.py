r"""Which file a cell of a table means: people write paths of Windows, paths from elsewhere, names, or ids alone.

A cell means a file when it is the end of its path (``0.png`` of ``images/0.png``), with or without the suffix, or when
the file's path is the end of the cell (``C:\photos\cats\0.png`` of ``cats/0.png``); upper and lower case are the same
where that leaves no doubt.  Two files that fit equally well are none.
"""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from trasluz.data.read.formats import is_hidden, looks_like_image
from trasluz.data.read.split_names import composed
from trasluz.messages import N_

AMBIGUOUS = N_("several files have this name; give their paths")
_DRIVE = re.compile(r"[A-Za-z]:")
_DEEPEST, _MOST = 4, 1_000_000  # folders below that of a table, and entries in them, that are looked at
_TRIED = 50


class _File(NamedTuple):
    path: str  # as the system has it
    parts: tuple[str, ...]  # composed


class FileIndex:
    """The image files of a folder, by what cells may call them."""

    def __init__(self, files: Iterable[str]) -> None:
        self._by_name: defaultdict[str, list[_File]] = defaultdict(list)
        self._by_stem: defaultdict[str, list[_File]] = defaultdict(list)
        for path in files:
            file = _File(path, tuple(composed(path).split("/")))
            name = file.parts[-1].casefold()
            self._by_name[name].append(file)
            self._by_stem[name.rpartition(".")[0]].append(file)

    def find(self, cell: str) -> tuple[str | None, bool]:
        """The path of the file that ``cell`` means, or ``None`` and whether that is because several fit."""
        text = slashed(cell)
        rooted = text.startswith("/") or bool(_DRIVE.match(text))
        parts = tuple(part for part in text.split("/") if part not in ("", ".") and not _DRIVE.fullmatch(part))
        if not parts or ".." in parts:
            return None, False
        name = parts[-1].casefold()
        found = self._by_name.get(name) or self._by_stem.get(name) or []
        fitting = [file for file in found if _fits(file.parts, parts, rooted)]
        for closer in (_as_long, _same_case):
            fitting = [file for file in fitting if closer(file.parts, parts)] or fitting
        return (fitting[0].path, False) if len(fitting) == 1 else (None, len(fitting) > 1)

    def knows(self, cells: Sequence[str]) -> bool:
        """Whether the first cells that hold anything all mean a file."""
        tried = [cell for cell in cells[: 2 * _TRIED] if cell][:_TRIED]
        return bool(tried) and all(self.find(cell)[0] is not None for cell in tried)


def slashed(cell: str) -> str:
    """A path as this system writes it, in composed Unicode."""
    return composed(cell.replace("\\", "/"))


def index_below(folder: Path) -> FileIndex:
    """The image files in ``folder`` and a few levels of folders below; none where there are too many to look at."""
    files: list[str] = []
    waiting, looked = [(folder, "", 0)], 0
    while waiting:
        here, relative, depth = waiting.pop()
        try:
            entries = list(os.scandir(here))
        except OSError:
            continue
        looked += len(entries)
        if looked > _MOST:
            return FileIndex(())
        for entry in entries:
            if is_hidden(entry.name):
                continue
            if looks_like_image(entry.name):
                files.append(relative + entry.name)
            elif depth < _DEEPEST and entry.is_dir(follow_symlinks=False):
                waiting.append((Path(entry.path), f"{relative}{entry.name}/", depth + 1))
    return FileIndex(files)


def _fits(file: tuple[str, ...], cell: tuple[str, ...], rooted: bool) -> bool:
    """Whether the folders of the shorter path are the end of those of the longer one."""
    if len(cell) > len(file) == 1 and not rooted:
        return False  # a file of this name that lies in no folder is not the one in the folder that the cell names
    shared = min(len(file), len(cell))
    return [part.casefold() for part in file[-shared:-1]] == [part.casefold() for part in cell[-shared:-1]]


def _as_long(file: tuple[str, ...], cell: tuple[str, ...]) -> bool:
    return len(file) == len(cell)


def _same_case(file: tuple[str, ...], cell: tuple[str, ...]) -> bool:
    return file[-1].startswith(cell[-1]) and file[-len(cell) : -1] == cell[-len(file) : -1]
