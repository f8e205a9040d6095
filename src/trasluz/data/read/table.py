"""A table from a CSV file: columns of numbers (or text, on request), and a target column that is the label.

Without ``data.target`` a column called ``target``, ``label`` or ``class`` is the target; without any the table has
no labels.  A column ``split`` whose cells are train, valid or test gives the splits, as does fastai's ``is_valid``; the
column of ``data.group`` says which rows belong together and is no feature.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from trasluz.data.describe.fingerprint import digest
from trasluz.data.describe.identities import identity_numbers
from trasluz.data.read.raw import Label, Raw, split_rows
from trasluz.data.read.split_names import part_of_cell, part_of_flag
from trasluz.data.read.table_columns import Column, is_missing, one_hot, parse_numbers
from trasluz.data.read.table_text import Sheet
from trasluz.errors import DataError
from trasluz.messages import _, did_you_mean, short
from trasluz.recipe import DataSection
from trasluz.reporting import Reporter

_TARGETS = ("target", "label", "class")
_SPLITS = {"split": part_of_cell, "subset": part_of_cell, "is_valid": part_of_flag}
_MOST_NAMED = 5
_MOST_CATEGORIES = 100
_MANY_CLASSES = 20
_SEPARATOR = "\x1f"  # between the cells of a row, whose text as it stands says which row it is


@dataclass(frozen=True)
class Problem:
    """A cell that cannot be used: its row among the sheet's rows, its column, and what it holds."""

    row: int
    column: str
    cell: str


def open_table(sheet: Sheet, section: DataSection, reporter: Reporter, known: tuple[Column, ...] = ()) -> Raw:
    """The rows of ``sheet`` as float64 ``[n, features]``; a missing value that is kept is NaN.

    ``known``: the columns that a model was trained on, found by name; other columns are then left alone, and labels
    are given where the target column is there.

    Raises:
        DataError: no header, a ragged row, a column that does not exist, text where numbers belong, missing values
            that ``data.missing`` does not allow, or a target that makes no classes.
    """
    check_shape(sheet)
    target = _target(sheet, section, needed=not known)
    split = _split_column(sheet, target)
    group = _group_column(sheet, section, needed=not known)
    columns = known or choose_columns(sheet, section, [name for name in (target, split, group) if name])
    require_columns(sheet, columns)
    values, problems = encode(sheet, columns, reporter)
    _refuse(sheet, problems)
    kept = _kept(sheet, values, columns, section, reporter)
    labels, names = _labels(sheet, target, section, kept) if target else (None, {})
    splits = {} if split is None else _splits(sheet, split, kept)
    return Raw(
        name=sheet.path.name,
        samples=values[kept],
        labels=labels,
        kind="table",
        class_names=names,
        splits=splits,
        value_range=None,
        files=tuple(f"{sheet.path.name}:{sheet.lines[row]}" for row in kept),
        columns=columns,
        cells={group: tuple(sheet.column(group)[row] for row in kept)} if group else {},
        dropped=len(values) - len(kept),
        identities=identity_numbers(digest(_SEPARATOR.join(sheet.rows[row]).encode()) for row in kept),
    )


def check_shape(sheet: Sheet) -> None:
    """Refuses what is no table: without rows, without names, or with rows of different lengths.

    Raises:
        DataError: says which line or column.
    """
    path, header = sheet.path, sheet.header
    if not sheet.rows:
        raise DataError(_("{path}: there are no rows below the header.").format(path=path))
    if all(not is_missing(name) and _is_number(name) for name in header):
        raise DataError(_("{path}: the first line holds numbers; a table needs names there.").format(path=path))
    for index, name in enumerate(header, 1):
        if not name:
            message = _(
                "{path}: column {index} has no name; name it, or remove it (the number of a row tells nothing)."
            )
            raise DataError(message.format(path=path, index=index))
    if len(sheet.positions) < len(header):
        twice = next(name for index, name in enumerate(header) if sheet.positions[name] != index)
        raise DataError(_("{path}: two columns are called {name}; rename one.").format(path=path, name=short(twice)))
    for line, row in zip(sheet.lines, sheet.rows, strict=True):
        if len(row) != len(header):
            message = _("{path}: line {line} has {have} cells, but the header has {columns}; make them equal.")
            raise DataError(message.format(path=path, line=line, have=len(row), columns=len(header)))


def choose_columns(sheet: Sheet, section: DataSection, others: Sequence[str]) -> tuple[Column, ...]:
    """The columns that become features: all but ``others`` and those that ``data.leave_out`` names.

    Raises:
        DataError: a name is unknown, no column is left, or text is not allowed.
    """
    for name in section.leave_out:
        require_name(sheet, name, "data.leave_out")
    left_out = {*others, *section.leave_out}
    names = [name for name in sheet.header if name not in left_out]
    if not names:
        raise DataError(_("{path}: there is no column left besides the target.").format(path=sheet.path))
    text = {name: None for name in names if _is_text(sheet, name)}  # in order, and quick to look up
    if text and section.text == "refuse":
        raise DataError(_tell_text(sheet, section, list(text)))
    return tuple(_column(sheet, name, name in text) for name in names)


def _tell_text(sheet: Sheet, section: DataSection, text: list[str]) -> str:
    """Which columns hold text, and what to do; where no column is the class yet, that one of them may be."""
    message = _(
        "{path}: the columns {columns} hold text, not numbers; turn them into one number per category with "
        "--set data.text=one-hot, or leave them out with --set 'data.leave_out=[{first}]'. "
        "(A manifest of images has a column path.)"
    )
    if _target(sheet, section, needed=False) is None:
        message = _(
            "{path}: the columns {columns} hold text, not numbers; where one of them says the class of a row, name it "
            "with --set data.target={last}, turn others into one number per category with --set data.text=one-hot, or "
            "leave them out with --set 'data.leave_out=[{first}]'. (A manifest of images has a column path.)"
        )
    return message.format(path=sheet.path, columns=_some(text), first=text[0], last=text[-1])


def require_columns(sheet: Sheet, columns: Iterable[Column]) -> None:
    """Checks that every column is there.

    Raises:
        DataError: names the first that is not, and the nearest that is.
    """
    for column in columns:
        require_name(sheet, column.name, str(sheet.path))


def require_name(sheet: Sheet, name: str, where: str) -> None:
    """Checks that there is a column ``name``; ``where`` begins the error.

    Raises:
        DataError: there is none; names the nearest.
    """
    if name not in sheet.positions:
        hint = did_you_mean(name, sheet.header)
        message = _("{where}: there is no column {name!r}; {path} has {columns}.")
        told = message.format(where=where, name=name, path=sheet.path.name, columns=_some(sheet.header, 30))
        raise DataError(told + hint)


def encode(sheet: Sheet, columns: tuple[Column, ...], reporter: Reporter) -> tuple[np.ndarray, list[Problem]]:
    """Float64 ``[n, features]`` with NaN for missing values, and the cells that hold neither value nor nothing."""
    parts, problems = [], []
    with reporter.task(_("Reading the table"), len(columns), _("columns")) as task:
        for column in columns:
            cells = sheet.column(column.name)
            if column.categories:
                values, wrong = one_hot(cells, column.categories)
            else:
                values, wrong = parse_numbers(cells, sheet.decimal)
            problems += [Problem(int(row), column.name, cells[row]) for row in np.flatnonzero(wrong)]
            parts.append(values.reshape(len(cells), -1))
            task.advance()
    return np.concatenate(parts, axis=1), problems


def _is_number(cell: str) -> bool:
    return not parse_numbers([cell])[1][0]


def _is_text(sheet: Sheet, name: str) -> bool:
    """Whether a column is one of text: more of its cells are no numbers than are."""
    values, wrong = parse_numbers(sheet.column(name), sheet.decimal)
    return int(wrong.sum()) > int(np.isfinite(values).sum())


def _column(sheet: Sheet, name: str, text: bool) -> Column:
    if not text:
        return Column(name=name)
    categories = tuple(sorted({cell for cell in sheet.column(name) if not is_missing(cell)}))
    if len(categories) > _MOST_CATEGORIES:
        message = _(
            "{path}: the column {column} holds {count} different texts, more than {most}; such a column tells rows "
            "apart rather than describing them: leave it out with --set 'data.leave_out=[{column}]'."
        )
        raise DataError(message.format(path=sheet.path, column=name, count=len(categories), most=_MOST_CATEGORIES))
    return Column(name=name, categories=categories)


def _refuse(sheet: Sheet, problems: Sequence[Problem]) -> None:
    if problems:
        first = problems[0]
        message = _(
            "{path}: line {line} of the column {column} holds {cell!r}, which does not belong there ({count} such "
            "cells); correct them, or leave the column out with --set 'data.leave_out=[{column}]'."
        )
        told = {"line": sheet.lines[first.row], "column": first.column, "cell": short(first.cell)}
        raise DataError(message.format(path=sheet.path, count=len(problems), **told))


def _kept(
    sheet: Sheet, values: np.ndarray, columns: tuple[Column, ...], section: DataSection, reporter: Reporter
) -> np.ndarray:
    """Rows that stay: all of them, unless ``data.missing`` drops those without a value somewhere."""
    missing = np.isnan(values)
    if not missing.any():
        return np.arange(len(values))
    names = [column.name for column in columns for _feature in column.features]
    empty = [names[index] for index in np.flatnonzero(missing.all(0)).tolist()]
    if empty:
        message = _("{path}: the column {column} is empty; leave it out with --set 'data.leave_out=[{column}]'.")
        raise DataError(message.format(path=sheet.path, column=empty[0]))
    if section.missing == "refuse":
        raise DataError(_tell_missing(sheet, missing, names))
    kept = np.flatnonzero(~missing.any(1)) if section.missing == "drop-rows" else np.arange(len(values))
    if not len(kept):
        raise DataError(_("{path}: every row lacks a value somewhere, so none is left.").format(path=sheet.path))
    if len(kept) < len(values):
        message = _("{path}: {count} of {all} rows lack a value and are left out.")
        reporter.warn(message.format(path=sheet.path, count=len(values) - len(kept), all=len(values)))
    return kept


def _tell_missing(sheet: Sheet, missing: np.ndarray, names: Sequence[str]) -> str:
    rows = np.flatnonzero(missing.any(1))
    columns = list(dict.fromkeys(names[index] for index in np.flatnonzero(missing.any(0)).tolist()))
    message = _(
        "{path}: {count} rows lack a value, in the columns {columns} (lines {lines}); fill them in, or choose "
        "--set data.missing=mean (the mean of the training rows) or --set data.missing=drop-rows."
    )
    lines = _some([str(sheet.lines[row]) for row in rows])
    return message.format(path=sheet.path, count=len(rows), columns=_some(columns), lines=lines)


def _target(sheet: Sheet, section: DataSection, needed: bool) -> str | None:
    """The name of the target column."""
    asked = section.target or section.label_column
    if asked is not None:
        if needed:
            require_name(sheet, asked, "data.target" if section.target else "data.label_column")
        return asked if asked in sheet.header else None
    found = [name for known in _TARGETS for name in sheet.header if name.lower() == known]
    return found[0] if found else None


def _group_column(sheet: Sheet, section: DataSection, needed: bool) -> str | None:
    """The column that says which rows belong together."""
    asked = section.group.column if section.group else None
    if asked is not None and needed:
        require_name(sheet, asked, "data.group.column")
    return asked if asked in sheet.positions else None


def _split_column(sheet: Sheet, target: str | None) -> str | None:
    for name in sheet.header:
        if name.lower() in _SPLITS and name != target:
            reads = _SPLITS[name.lower()]
            return name if all(reads(cell) is not None for cell in set(sheet.column(name))) else None
    return None


def _splits(sheet: Sheet, split: str, kept: np.ndarray) -> dict[str, np.ndarray]:
    """The rows of each split, as rows of what is kept; an empty cell is training."""
    cells, reads = sheet.column(split), _SPLITS[split.lower()]
    found = split_rows([reads(cells[row]) or "train" for row in kept])
    return found if set(found) - {"train"} else {}


def _labels(sheet: Sheet, target: str, section: DataSection, kept: np.ndarray) -> tuple[list[Label], dict[Any, str]]:
    """A label per kept row (``None`` where the cell is empty), and how labels are printed where that is not plain."""
    column = sheet.column(target)
    cells = [column[row] for row in kept]
    values, wrong = parse_numbers(cells, sheet.decimal)
    least = section.target_at_least
    if least is not None:
        if wrong.any():
            message = _("data.target_at_least: the column {column} holds {cell!r}, which is no number; leave it out.")
            raise DataError(message.format(column=target, cell=short(cells[int(wrong.argmax())])))
        names = {0: f"{target} < {least:g}", 1: f"{target} ≥ {least:g}"}
        return [None if np.isnan(value) else int(value >= least) for value in values], names
    if wrong.any():
        labels: list[Label] = [None if is_missing(cell) else cell for cell in cells]
    else:
        labels = [None if np.isnan(value) else float(value) for value in values]
    _require_classes(target, labels)
    return labels, {}


def _require_classes(target: str, labels: Sequence[Label]) -> None:
    """Refuses a target that measures or names each row instead of sorting rows into classes."""
    different = set(labels) - {None}
    fractions = any(isinstance(label, float) and not label.is_integer() for label in different)
    if len(different) > _MANY_CLASSES and (fractions or 5 * len(different) > len(labels)):
        message = _(
            "data.target: the column {column} holds {count} different values in {rows} rows, which make no classes; "
            "choose another column, or make two of its numbers with --set data.target_at_least=…"
        )
        raise DataError(message.format(column=target, count=len(different), rows=len(labels)))


def _some(names: Sequence[str], most: int = _MOST_NAMED) -> str:
    """The first few of a list."""
    more = _(" and {more} more").format(more=len(names) - most) if len(names) > most else ""
    return ", ".join(map(short, names[:most])) + more
