"""What the lines of a table say of image files: the path of each, its label or labels, its split.

The header names the columns: ``path`` (or ``file``, ``filename``, ``file_name``, ``image``, …), ``label`` (``labels``,
``class``; or ``data.label_column``), ``split`` or fastai's ``is_valid``.  Several labels are separated by ``|``, or by
``;`` where columns are not.  Without a column of labels, columns that hold nothing but 0 and 1 are one label each.  An
empty label is no label, an empty split is training.  A column of ids (``id``, ``name``, …) names files where its cells
do.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from trasluz.data.read.raw import Label
from trasluz.data.read.split_names import part_of_cell, part_of_flag
from trasluz.data.read.table_columns import is_missing, parse_numbers
from trasluz.data.read.table_text import Sheet
from trasluz.errors import DataError
from trasluz.messages import _, did_you_mean, short
from trasluz.recipe import DataSection

PATHS = (
    *("path", "file", "filename", "filepath", "file_name", "file_path", "image", "image_path", "img_path"),
    *("image_file", "fname", "ruta", "archivo", "imagen"),
)
_IDS = ("id", "image_id", "imageid", "img_id", "image_name", "imagename", "img", "img_name", "name", "photo", "picture")
_LABEL = ("label", "labels", "class", "classes", "etiqueta", "etiquetas", "clase")
_SPLIT, _FLAG = ("split", "subset"), ("is_valid",)
_MANY_CLASSES = 20

Labelled = Label | tuple[str, ...]


@dataclass(frozen=True)
class Row:
    """One line: the cell that names its file, its label (a tuple where there are several) and its split."""

    cell: str
    label: Labelled
    split: str


@dataclass(frozen=True)
class Rows:
    """All lines; ``several``: whether images can have more than one label.  ``unused``: columns that say nothing."""

    rows: tuple[Row, ...]
    several: bool
    labelled: bool
    splits: bool
    unused: tuple[str, ...]


def named_paths(sheet: Sheet) -> str | None:
    """The column that is called like one of paths."""
    lower = {name.lower(): name for name in reversed(sheet.header)}
    return next((lower[name] for name in PATHS if name in lower), None)


def ids_of_files(sheet: Sheet, knows: Callable[[Sequence[str]], bool]) -> str | None:
    """The column that is called like one of ids and whose cells mean files, as ``knows`` tells of the first of them."""
    lower = {name.lower(): name for name in reversed(sheet.header)}
    for column in (lower[name] for name in _IDS if name in lower):
        if knows(_cells(sheet, sheet.positions[column])):
            return column
    return None


def read_rows(sheet: Sheet, path_column: str, section: DataSection) -> Rows:
    """What ``sheet`` says of the files in its column ``path_column``.

    Raises:
        DataError: ``data.label_column`` is not there, a line names no file or a split that is none, or labels are
            numbers to predict.
    """
    header, lower = sheet.header, {name.lower(): i for i, name in reversed(tuple(enumerate(sheet.header)))}
    at = sheet.positions[path_column]
    label = _label_column(sheet, section.label_column, lower)
    split = next((lower[name] for name in (*_SPLIT, *_FLAG) if name in lower), None)
    taken = {at, label, split}
    others = [i for i, name in enumerate(header) if i not in taken and name]
    flags = _flags(sheet, others) if label is None else {}
    labels, several = _labels(sheet, label, flags)
    cells = _cells(sheet, at)
    for line, cell in zip(sheet.lines, cells, strict=True):
        if not cell:
            raise DataError(_("{path}: line {line} names no file.").format(path=sheet.path, line=line))
    splits = _splits(sheet, split)
    return Rows(
        tuple(map(Row, cells, labels, splits)),
        several,
        any(labels),
        split is not None and set(splits) != {"train"},
        tuple(header[i] for i in others if i not in flags),
    )


def _cells(sheet: Sheet, index: int) -> list[str]:
    return [row[index] if index < len(row) else "" for row in sheet.rows]


def _label_column(sheet: Sheet, asked: str | None, lower: dict[str, int]) -> int | None:
    if asked is None:
        return next((lower[name] for name in _LABEL if name in lower), None)
    if asked not in sheet.header:
        message = _("data.label_column: {path} has no column {column!r}; it has {columns}.")
        columns = short(", ".join(sheet.header), 500)
        told = message.format(path=sheet.path, column=asked, columns=columns)
        raise DataError(told + did_you_mean(asked, sheet.header))
    return sheet.header.index(asked)


def _flags(sheet: Sheet, columns: Sequence[int]) -> dict[int, np.ndarray]:
    """Columns of yes and no: numbers that are all 0 or 1 (or −1 and 1); none where there is only one such column."""
    found = {}
    for index in columns:
        values, _wrong = parse_numbers(_cells(sheet, index), sheet.decimal)
        if set(np.unique(values).tolist()) in ({0.0, 1.0}, {-1.0, 1.0}):  # NaN, of what is no number, is in neither
            found[index] = values > 0
    return found if len(found) > 1 else {}


def _labels(sheet: Sheet, column: int | None, flags: dict[int, np.ndarray]) -> tuple[list[Labelled], bool]:
    """A label or a tuple of labels per line, and whether it is tuples."""
    if column is not None:
        return _written(sheet, column)
    if not flags:
        return [None] * len(sheet.rows), False
    names = [sheet.header[index].replace("|", "/") for index in flags]  # a stroke would separate two labels
    chosen = np.stack(list(flags.values()), axis=1)
    rows = [tuple(name for name, one in zip(names, line, strict=True) if one) for line in chosen.tolist()]
    if all(len(row) == 1 for row in rows):
        return [row[0] for row in rows], False
    return list(rows), True


def _written(sheet: Sheet, column: int) -> tuple[list[Labelled], bool]:
    """Of a column of labels: one label per line, or a tuple of them when any line has several."""
    texts = _cells(sheet, column)
    separators = "|" if sheet.separator == ";" else "|;"
    if not any(separator in text for text in texts for separator in separators):
        _refuse_numbers(sheet.path, sheet.header[column], texts, sheet.decimal)
        return [text or None for text in texts], False
    rows: list[Labelled] = []
    for text in texts:
        for separator in separators:
            text = text.replace(separator, "|")
        rows.append(tuple(part.strip() for part in text.split("|") if part.strip()))
    return rows, True


def _refuse_numbers(path: Path, column: str, texts: Sequence[str], decimal: str) -> None:
    """Refuses labels that measure something, as nearly every line has another number."""
    given = [text for text in texts if not is_missing(text)]
    different = len(set(given))
    if different <= _MANY_CLASSES:
        return
    values, wrong = parse_numbers(given, decimal)
    fractions = bool((values % 1 != 0).any())
    if not wrong.any() and (fractions or 5 * different > len(given)):
        message = _(
            "{path}: the column {column} holds {count} different numbers in {rows} lines; these labels look like "
            "numbers to predict, which Trasluz does not do, because its labels are classes: write a few classes in "
            "their place (low, middle, high), or name another column with --set data.label_column=…"
        )
        raise DataError(message.format(path=path, column=column, count=different, rows=len(given)))


def _splits(sheet: Sheet, column: int | None) -> list[str]:
    if column is None:
        return ["train"] * len(sheet.rows)
    reads = part_of_flag if sheet.header[column].lower() in _FLAG else part_of_cell
    splits = []
    for line, cell in zip(sheet.lines, _cells(sheet, column), strict=True):
        split = reads(cell)
        if split is None:
            message = _("{path}: line {line}: the split {split!r} is not one of train, valid and test.")
            if reads is part_of_flag:
                message = _("{path}: line {line}: is_valid is {split!r}; write true or false.")
            raise DataError(message.format(path=sheet.path, line=line, split=short(cell)))
        splits.append(split)
    return splits
