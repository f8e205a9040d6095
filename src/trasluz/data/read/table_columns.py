"""Columns of a table: which numbers a network gets from each, and how the text of a cell becomes a number.

A column of numbers is one feature; a column of text is one feature per category, 1 where the cell says so and 0
elsewhere.  The columns that a model was trained on travel in ``preprocess.json``, so that a file never seen is read
by the names of its columns.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

import numpy as np

from trasluz.recipe.base import Section

_MISSING = frozenset({"", "na", "n/a", "#n/a", "nan", "null", "none", "?"})
_LONGEST_MISSING = 4
# No digit can be taken by two parts of it: a cell of many digits and a letter would cost the square of their number.
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_LONGEST = 400  # characters of a number; the greatest float has 309 digits


class Column(Section):
    """One column: of numbers, or of text with these ``categories``."""

    name: str
    categories: tuple[str, ...] = ()

    @property
    def features(self) -> tuple[str, ...]:
        """The names of the numbers that it gives: its own, or ``name=category`` of each category."""
        return tuple(f"{self.name}={category}" for category in self.categories) or (self.name,)


def numbered(count: int) -> tuple[Column, ...]:
    """Names for columns that have none: ``x1``, ``x2``, …"""
    return tuple(Column(name=f"x{i}") for i in range(1, count + 1))


def is_missing(cell: str) -> bool:
    """Whether a cell holds no value: empty, ``NA``, ``NaN``, ``null``, ``none`` or ``?``, in any case."""
    return len(cell) <= _LONGEST_MISSING and cell.lower() in _MISSING


def parse_numbers(cells: Sequence[str], decimal: str = ".") -> tuple[np.ndarray, np.ndarray]:
    """Float64 ``[n]``, NaN where a value is missing, and bool ``[n]``: the cells that hold something but no number.

    ``decimal`` is the sign before the decimals; with ``","`` a point is no part of a number.
    """
    quick = _parse_at_once(cells) if decimal == "." else None
    if quick is not None:
        return quick, np.zeros(len(quick), bool)
    values, wrong = np.full(len(cells), np.nan), np.zeros(len(cells), bool)
    for row, cell in enumerate(cells):
        if not is_missing(cell):
            values[row] = _number(cell, decimal)
            wrong[row] = math.isnan(values[row])
    return values, wrong


def one_hot(cells: Sequence[str], categories: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Float64 ``[n, categories]``, NaN where a value is missing, and bool ``[n]``: cells of none of the categories."""
    number = {category: i for i, category in enumerate(categories)}
    chosen = np.array([-2 if is_missing(cell) else number.get(cell, -1) for cell in cells], np.int64)
    values = (chosen[:, None] == np.arange(len(categories))).astype(np.float64)
    values[chosen == -2] = np.nan
    return values, chosen == -1


def _parse_at_once(cells: Sequence[str]) -> np.ndarray | None:
    """Columns without missing or odd cells, which most are, by NumPy; ``None`` for the others."""
    if "_" in "".join(cells):  # Python's own spelling of numbers, which files do not mean
        return None
    if max(map(len, cells), default=0) > _LONGEST:  # each cell would take as much memory as the longest
        return None
    try:
        values = np.array(cells, np.str_).astype(np.float64)
    except ValueError:
        return None
    return values if bool(np.isfinite(values).all()) else None


def _number(cell: str, decimal: str) -> float:
    """The finite number that a cell says, or NaN."""
    if len(cell) > _LONGEST:
        return math.nan
    if decimal == ",":
        if "." in cell:
            return math.nan
        cell = cell.replace(",", ".", 1)
    value = float(cell) if _NUMBER.fullmatch(cell) else math.nan
    return value if math.isfinite(value) else math.nan
