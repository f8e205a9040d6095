"""Rows for prediction: CSV files or arrays with the columns that a model was trained on, in any order."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from trasluz.data.feed.preprocess import Preprocess
from trasluz.data.read.raw import Unreadable
from trasluz.data.read.table import check_shape, encode, require_columns
from trasluz.data.read.table_text import Sheet, read_sheet
from trasluz.errors import DataError
from trasluz.messages import _, short
from trasluz.reporting import Reporter

Rows = tuple[np.ndarray, tuple[str, ...], Unreadable]


def load_rows(paths: Sequence[Path], preprocess: Preprocess, reporter: Reporter) -> Rows:
    """Float64 ``[n, features]`` of usable rows, ``file:line`` of each, and (``file:line``, reason) of the others.

    Columns are found by name; others, such as the target, are left alone.  A missing value is left for the
    preprocessing to fill where it can, and otherwise makes its row one that cannot be used.

    Raises:
        DataError: a file is no table, or lacks a column.
    """
    parts = [_one_file(path, preprocess, reporter) for path in paths]
    samples = np.concatenate([values for values, _names, _bad in parts])
    names = tuple(name for _values, found, _bad in parts for name in found)
    return samples, names, tuple(entry for _values, _names, bad in parts for entry in bad)


def rows_of_array(array: np.ndarray, preprocess: Preprocess) -> np.ndarray:
    """``[n, features]`` from an array of numbers with one row per sample, or of one sample.

    Raises:
        DataError: it has another number of features, or holds what is no finite number.
    """
    rows = array[None] if array.ndim == 1 else array
    count = len(preprocess.features) or rows.shape[-1]
    if rows.ndim != 2 or rows.shape[1] != count:
        message = _("An array of shape {shape} is no table for this model; give [n, {count}]: {features}.")
        features = ", ".join(preprocess.features)
        raise DataError(message.format(shape=list(array.shape), count=count, features=features))
    usable = np.isfinite(rows) | np.isnan(rows) if preprocess.fill else np.isfinite(rows)
    if not usable.all():
        raise DataError(_("The array holds numbers that are NaN or infinite; replace them."))
    return rows


def _one_file(path: Path, preprocess: Preprocess, reporter: Reporter) -> Rows:
    if not path.is_file():
        raise DataError(_("{path}: there is no such file; give a CSV file with a header.").format(path=path))
    sheet = read_sheet(path)
    check_shape(sheet)
    require_columns(sheet, preprocess.columns)
    values, problems = encode(sheet, preprocess.columns, reporter)
    reasons = {} if preprocess.fill else _missing(values, preprocess)
    known = _("{column} holds {cell!r}")
    reasons |= {
        problem.row: known.format(column=problem.column, cell=short(problem.cell)) for problem in reversed(problems)
    }
    kept = [row for row in range(len(values)) if row not in reasons]
    bad = tuple((_name(sheet, row), reasons[row]) for row in sorted(reasons))
    return values[kept], tuple(_name(sheet, row) for row in kept), bad


def _missing(values: np.ndarray, preprocess: Preprocess) -> dict[int, str]:
    """Why rows that lack a value cannot be used."""
    absent = np.isnan(values)
    names = np.array(preprocess.features, dtype=object)
    message = _("no value of {column}")
    return {int(row): message.format(column=names[absent[row]][0]) for row in np.flatnonzero(absent.any(1))}


def _name(sheet: Sheet, row: int) -> str:
    return f"{sheet.path}:{sheet.lines[row]}"
