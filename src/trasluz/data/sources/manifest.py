"""A CSV file: a manifest with one image per line, or a table with one sample per line.

It is a table when ``data.target`` names a column, or when no column is called like those of paths.  Of a manifest the
header names the columns: ``path`` (or ``file``, ``filename``, ``image``), ``label`` (``labels``, ``class``;
or ``data.label_column``), ``split``.  Paths are relative to the manifest.  Several labels are separated by ``|``,
or by ``;`` where columns are not.  An empty label is no label, an empty split is training.  ``data/read/table.py``
tells what a table is.
"""

from __future__ import annotations

import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from trasluz.data.read.decode import Content
from trasluz.data.read.layout import SPLIT_NAMES, require_images
from trasluz.data.read.raw import Given, ImageFiles, Label, Labels, Listing
from trasluz.data.read.table import open_table
from trasluz.data.read.table_columns import parse_numbers
from trasluz.data.read.table_text import Sheet, cells_of, read_sheet
from trasluz.errors import DataError
from trasluz.messages import _, did_you_mean, short
from trasluz.reading import MISSING, NOT_A_FILE, reason_of
from trasluz.recipe import DataSection
from trasluz.reporting import Reporter

_PATH = ("path", "file", "filename", "filepath", "file_name", "image")
_LABEL = ("label", "labels", "class", "classes")
_SPLIT = ("split", "subset")


@dataclass(frozen=True)
class _Line:
    path: str
    label: str
    split: str
    facts: tuple[int, int] | str  # size and time of change, or why the file cannot be read, in English


def claims(path: Path) -> bool:
    """Whether ``path`` is named ``*.csv`` or ``*.tsv``."""
    return path.is_file() and path.suffix.lower() in (".csv", ".tsv")


def open_path(path: Path, section: DataSection, reporter: Reporter) -> Given:
    """The images that the manifest names, or the rows of the table.

    Raises:
        DataError: it is not such a file, a column is missing, or it could be either.
    """
    sheet = read_sheet(path)
    if _is_table(sheet, section):
        return open_table(sheet, section, reporter)
    lines = _lines(sheet, section.label_column)
    require_images(len(lines), 0, path)
    separators = "|" if sheet.separator == ";" else "|;"
    identity = [
        str(path.resolve()),
        section.label_column,
        separators,
        [(x.path, x.label, x.split, x.facts) for x in lines],
    ]
    return ImageFiles(
        path.name,
        identity,
        lambda reporter: _listing(path.parent, lines, separators),
        lambda files: cells_of(sheet, [line.path for line in lines], files),
    )


def _is_table(sheet: Sheet, section: DataSection) -> bool:
    """Whether the lines are samples themselves, not paths of images.

    Raises:
        DataError: ``data.target`` asks for a table, but a column names files.
    """
    paths = [name for name in sheet.header if name.lower() in _PATH]
    if section.target is None or not paths or section.target in paths or paths[0] in section.leave_out:
        return not paths or section.target is not None
    cells = [row[sheet.header.index(paths[0])] for row in sheet.rows if len(row) == len(sheet.header)]
    if parse_numbers(cells, sheet.decimal)[1].any():
        message = _(
            "data.target: asks for a table, but the column {column} of {path} names files, as a manifest of images "
            "does; leave data.target out for images, or add --set 'data.leave_out=[{column}]' for a table."
        )
        raise DataError(message.format(column=paths[0], path=sheet.path))
    return True


def _lines(sheet: Sheet, label_column: str | None) -> list[_Line]:
    columns = _columns(sheet.path, list(sheet.header), label_column)
    return [_line(sheet.path, row, columns, line) for line, row in zip(sheet.lines, sheet.rows, strict=True)]


def _columns(path: Path, header: list[str], label_column: str | None) -> dict[str, int]:
    """Positions of the columns that there are."""
    lower = {name.lower(): index for index, name in reversed(tuple(enumerate(header)))}
    found = {
        what: lower[name]
        for what, names in {"path": _PATH, "label": _LABEL, "split": _SPLIT}.items()
        for name in reversed(names)
        if name in lower
    }
    if label_column is not None:
        if label_column not in header:
            hint = did_you_mean(label_column, header)
            message = _("data.label_column: {path} has no column {column!r}; it has {columns}.")
            raise DataError(message.format(path=path, column=label_column, columns=_some(header)) + hint)
        found["label"] = header.index(label_column)
    return found


def _some(columns: list[str]) -> str:
    return short(", ".join(columns), 500)


def _line(manifest: Path, row: Sequence[str], columns: dict[str, int], number: int) -> _Line:
    cells = {what: row[i] if i < len(row) else "" for what, i in columns.items()}
    if not cells["path"]:
        raise DataError(_("{path}: line {line} names no file.").format(path=manifest, line=number))
    split = SPLIT_NAMES.get(cells.get("split", "").lower() or "train")
    if split is None:
        message = _("{path}: line {line}: the split {split!r} is not one of train, valid and test.")
        raise DataError(message.format(path=manifest, line=number, split=short(cells["split"])))
    label = cells.get("label", "") if "label" in columns else ""
    return _Line(cells["path"], label, split, _facts(manifest.parent / cells["path"]))


def _facts(file: Path) -> tuple[int, int] | str:
    try:
        found = file.stat()
    except OSError as error:
        return reason_of(error)
    except ValueError:
        return MISSING
    return (found.st_size, found.st_mtime_ns) if stat.S_ISREG(found.st_mode) else NOT_A_FILE


def _listing(folder: Path, lines: list[_Line], separators: str) -> Listing:
    there = [line for line in lines if not isinstance(line.facts, str)]
    labels, several = _labels([line.label for line in there], separators)
    splits = tuple(line.split for line in there)

    def contents() -> Iterator[tuple[int, Content]]:
        return ((row, folder / line.path) for row, line in enumerate(there))

    return Listing(
        tuple(line.path for line in there),
        contents,
        labels,
        multi_label=several,
        splits=splits if set(splits) - {"train"} else None,
        unreadable=tuple((line.path, line.facts) for line in lines if isinstance(line.facts, str)),
    )


def _labels(texts: list[str], separators: str) -> tuple[Labels | None, bool]:
    """One label per image, or a tuple of them when any image has several; ``None`` when no image has one."""
    if not any(texts):
        return None, False
    if not any(separator in text for text in texts for separator in separators):
        single: list[Label] = [text or None for text in texts]
        return single, False
    rows = []
    for text in texts:
        for separator in separators:
            text = text.replace(separator, "|")
        rows.append(tuple(part.strip() for part in text.split("|") if part.strip()))
    return rows, True
