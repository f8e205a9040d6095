"""Groups: which samples belong together (of one patient, video, place, page), so that no split comes between them.

The recipe says so by a column, a folder or a pattern of names (``data.group``), or arrays bring it along.  Exact copies
belong together in any case; what is linked by either is one group.
"""

from __future__ import annotations

import importlib
import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from trasluz.data.read.raw import Label, Raw
from trasluz.data.read.table_columns import is_missing
from trasluz.errors import DataError
from trasluz.messages import _, did_you_mean, short
from trasluz.recipe.data import GroupSection
from trasluz.recipe.name_pattern import read_pattern

_MOST_NAMED = 30


class NoGroupsError(DataError):
    """The data have nothing that ``data.group`` speaks of."""


@dataclass(frozen=True)
class Groups:
    """``numbers``: int64 ``[n]``, from 0 on, in the order in which they first occur; ``alone``: samples without a name,
    each a group of its own; ``count``: how many groups there are."""

    numbers: np.ndarray
    alone: int

    @property
    def count(self) -> int:
        """How many groups there are."""
        return int(self.numbers.max()) + 1 if len(self.numbers) else 0


def find_groups(raw: Raw, section: GroupSection | None) -> Groups | None:
    """The groups that ``section`` asks for, else those that the source brings; ``None`` where neither says any.

    Raises:
        NoGroupsError: there is no such column, no files whose names or folders could say it, or none that fits.
    """
    if section is None or not section.named:
        return None if raw.groups is None else number(raw.groups)
    names = _by_column(raw, section.column) if section.column is not None else _by_name(raw, section)
    if all(name is None for name in names):
        raise NoGroupsError(_say_none(raw, section))
    return number(names)


def names_in_paths(files: Sequence[str], section: GroupSection) -> list[str | None]:
    """The group in each path by ``section.folder`` or ``section.pattern``; ``None`` where the path has none."""
    if section.folder is not None:
        above = section.folder + 1
        parts = (file.split("/") for file in files)
        return [part[-above] if len(part) >= above else None for part in parts]
    pattern = read_pattern(section.pattern or "")
    return [pattern.group(file) for file in files]


def number(names: Sequence[Label]) -> Groups:
    """Equal ``names`` have one number; each ``None`` or NaN has its own."""
    known: dict[Hashable, int] = {}
    alone = 0
    numbers = np.empty(len(names), np.int64)
    for row, name in enumerate(names):
        nameless = name is None or (isinstance(name, float) and math.isnan(name))
        alone += nameless
        key: Hashable = (row,) if nameless else (name, None)  # no name can be equal to a row's
        numbers[row] = known.setdefault(key, len(known))
    return Groups(numbers, alone)


def linked(count: int, *links: np.ndarray) -> np.ndarray:
    """Int64 ``[count]``: rows that are linked, also over others, have one number, that of the first of them.

    ``links``: int64 ``[m, 2]``, pairs of rows; or ``[count]``, rows with equal numbers are linked.
    """
    sparse: Any = importlib.import_module("scipy.sparse")  # its types do not name what it has
    pairs = np.concatenate([link if link.ndim == 2 else _to_first(link) for link in links])
    matrix = sparse.coo_array((np.ones(len(pairs), bool), (pairs[:, 0], pairs[:, 1])), (count, count))
    found = importlib.import_module("scipy.sparse.csgraph").connected_components(matrix, directed=False)[1]
    first: np.ndarray = np.unique(found, return_index=True)[1].astype(np.int64)
    rows: np.ndarray = first[found]
    return rows


def telling_copies(samples: np.ndarray, copies: np.ndarray) -> np.ndarray:
    """``copies``, int64 ``[n]`` of ``exact_groups``, without those among images of one colour.

    Blank pictures are equal wherever they come from, and would join all patients that have one.
    """
    if samples.ndim != 4:
        return copies
    rows = np.arange(len(copies))
    firsts = np.unique(copies[copies != rows])
    blank = [first for first in firsts.tolist() if (samples[first] == samples[first][:1, :1]).all()]
    return np.where(np.isin(copies, blank), rows, copies)


def _to_first(numbers: np.ndarray) -> np.ndarray:
    """Each row with the first one of its number."""
    _values, first, inverse = np.unique(numbers, return_index=True, return_inverse=True)
    return np.stack([np.arange(len(numbers)), first[inverse.reshape(-1)]], axis=1)


def _by_column(raw: Raw, column: str) -> list[str | None]:
    if not raw.cells:
        message = _(
            "data.group.column: {source} has no columns, as a manifest or a table has; give data.group.folder or "
            "data.group.pattern, or groups with arrays."
        )
        raise NoGroupsError(message.format(source=raw.name))
    if column not in raw.cells:
        message = _("data.group.column: {source} has no column {column!r}; it has {columns}.")
        columns = short(", ".join(list(raw.cells)[:_MOST_NAMED]), 500)
        told = message.format(source=raw.name, column=column, columns=columns)
        raise NoGroupsError(told + did_you_mean(column, list(raw.cells)))
    return [None if is_missing(cell) else cell for cell in raw.cells[column]]


def _by_name(raw: Raw, section: GroupSection) -> list[str | None]:
    if raw.files is None or raw.kind == "table":
        message = _(
            "data.group: {source} has no files whose names or folders could say what belongs together; give "
            "data.group.column for a table, groups with arrays, or leave it out."
        )
        raise NoGroupsError(message.format(source=raw.name))
    return names_in_paths(raw.files, section)


def _say_none(raw: Raw, section: GroupSection) -> str:
    if section.column is not None:
        message = _("data.group.column: the column {column} of {source} is empty; give another.")
        return message.format(column=section.column, source=raw.name)
    first = short((raw.files or ("",))[0], 200)
    if section.folder is not None:
        message = _("data.group.folder: no image of {source} lies in {folder} folders, the first is {file}; give less.")
        return message.format(source=raw.name, folder=section.folder, file=first)
    message = _("data.group.pattern: no name in {source} fits {pattern}; the first is {file}.")
    return message.format(source=raw.name, pattern=section.pattern, file=first)
