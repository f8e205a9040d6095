"""A CSV manifest: one image per line, with its path, its label or labels, and its split.

The header names the columns: ``path`` (or ``file``, ``filename``, ``image``), ``label`` (``labels``, ``class``;
or ``data.label_column``), ``split``.  Paths are relative to the manifest.  Several labels are separated by ``|``,
or by ``;`` where columns are not.  An empty label is no label, an empty split is training.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from trasluz.data.decode import MISSING, Content
from trasluz.data.layout import SPLIT_NAMES, require_images
from trasluz.data.raw import ImageFiles, Label, Labels, Listing
from trasluz.errors import DataError, nearest
from trasluz.messages import _
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
    facts: tuple[int, int] | None


def claims(path: Path) -> bool:
    """Whether ``path`` is named ``*.csv`` or ``*.tsv``."""
    return path.is_file() and path.suffix.lower() in (".csv", ".tsv")


def open_path(path: Path, section: DataSection, reporter: Reporter) -> ImageFiles:
    """The images that the manifest names.

    Raises:
        DataError: it is not such a file, or a column is missing.
    """
    text = _text(path)
    delimiter = _delimiter(text)
    lines = _lines(path, text, delimiter, section.label_column)
    require_images(len(lines), 0, path)
    separators = "|" if delimiter == ";" else "|;"
    identity = [
        str(path.resolve()),
        section.label_column,
        separators,
        [(x.path, x.label, x.split, x.facts) for x in lines],
    ]
    return ImageFiles(path.name, identity, lambda reporter: _listing(path.parent, lines, separators))


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise DataError(_("{path}: is not UTF-8 text; save the manifest as UTF-8.").format(path=path)) from None
    except OSError as error:
        raise DataError(_("{path}: cannot be read: {reason}.").format(path=path, reason=error.strerror)) from None


def _delimiter(text: str) -> str:
    """The separator of columns that the header uses most."""
    header = text.partition("\n")[0]
    return max(",;\t", key=header.count)


def _lines(path: Path, text: str, delimiter: str, label_column: str | None) -> list[_Line]:
    try:
        reader = csv.reader(text.splitlines(), delimiter=delimiter, strict=True)
        header = [name.strip() for name in next(reader, [])]
        columns = _columns(path, header, label_column)
        return [_line(path, row, columns, reader.line_num) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise DataError(_("{path}: is not a CSV file: {reason}.").format(path=path, reason=error)) from None


def _columns(path: Path, header: list[str], label_column: str | None) -> dict[str, int]:
    """Positions of the columns that there are."""
    lower = [name.lower() for name in header]
    found = {
        what: lower.index(name)
        for what, names in {"path": _PATH, "label": _LABEL, "split": _SPLIT}.items()
        for name in reversed(names)
        if name in lower
    }
    if "path" not in found:
        message = _(
            "{path}: has the columns {columns}; a manifest of images needs a column path, and may have label and split."
        )
        raise DataError(message.format(path=path, columns=", ".join(header) or _("none")))
    if label_column is not None:
        if label_column not in header:
            guess = nearest(label_column, header)
            hint = _(" Did you mean {guess}?").format(guess=guess) if guess else ""
            message = _("data.label_column: {path} has no column {column!r}; it has {columns}.")
            raise DataError(message.format(path=path, column=label_column, columns=", ".join(header)) + hint)
        found["label"] = header.index(label_column)
    return found


def _line(manifest: Path, row: list[str], columns: dict[str, int], number: int) -> _Line:
    cells = {what: row[i].strip() if i < len(row) else "" for what, i in columns.items()}
    if not cells["path"]:
        raise DataError(_("{path}: line {line} names no file.").format(path=manifest, line=number))
    split = SPLIT_NAMES.get(cells.get("split", "").lower() or "train")
    if split is None:
        message = _("{path}: line {line}: the split {split!r} is not one of train, valid and test.")
        raise DataError(message.format(path=manifest, line=number, split=cells["split"]))
    label = cells.get("label", "") if "label" in columns else ""
    return _Line(cells["path"], label, split, _facts(manifest.parent / cells["path"]))


def _facts(file: Path) -> tuple[int, int] | None:
    try:
        found = file.stat()
    except (OSError, ValueError):
        return None
    return found.st_size, found.st_mtime_ns


def _listing(folder: Path, lines: list[_Line], separators: str) -> Listing:
    there = [line for line in lines if line.facts is not None]
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
        unreadable=tuple((line.path, MISSING) for line in lines if line.facts is None),
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
