"""A CSV manifest of images: a column of paths, and if wanted one of labels and one of splits.

Columns are known by name: ``path`` (file, filename, image), ``label`` (class, category) or ``labels`` (several,
separated by ``|`` or ``;``), and ``split`` (set, subset).  Paths are relative to the manifest.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Hashable
from pathlib import Path

import numpy as np

from trasluz.data.folder_files import FolderFiles
from trasluz.data.layout import SPLITS
from trasluz.data.raw import Raw
from trasluz.errors import DataError, nearest
from trasluz.messages import _
from trasluz.recipe import DataSection
from trasluz.reporting import Reporter

ORDER = 10
NAMES = ()
_PATH = ("path", "file", "filename", "file_name", "filepath", "image", "image_path")
_LABEL = ("label", "class", "category", "labels", "classes", "tags")
_SPLIT = ("split", "set", "subset", "partition")


def claims(source: str) -> bool:
    """Whether ``source`` is a ``.csv`` or ``.tsv`` file."""
    path = Path(source).expanduser()
    return path.suffix.lower() in (".csv", ".tsv") and path.is_file()


def read(source: str, section: DataSection, reporter: Reporter) -> Raw:
    """The images that the manifest names.

    Raises:
        DataError: no column of paths, an unknown split, or files that are not there.
    """
    path = Path(source).expanduser()
    header, rows = _table(path)
    paths = _column(header, rows, _PATH)
    if paths is None:
        message = _("{path}: no column of image paths; the columns are {columns}; name one of them path.")
        raise DataError(message.format(path=path, columns=", ".join(header)))
    labels, several = _labels(path, header, rows, section.label_column)
    splits = _splits(path, _column(header, rows, _SPLIT))
    places = [(path.parent / Path(name).expanduser()) for name in paths]
    missing = [name for name, place in zip(paths, places, strict=True) if not place.is_file()]
    if missing and not section.allow_unreadable:
        message = _(
            "{path}: {count} of the files that it names are not there, the first is {first}; "
            "correct the manifest or leave them out with --set data.allow_unreadable=true."
        )
        raise DataError(message.format(path=path, count=len(missing), first=missing[0]))
    return Raw(path.stem, FolderFiles(tuple(places), tuple(paths)), labels=labels, multi_label=several, splits=splits)


def _table(path: Path) -> tuple[list[str], list[list[str]]]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(
            _("{path}: is not UTF-8 text ({reason}); save it as UTF-8.").format(path=path, reason=error)
        ) from None
    first = text.splitlines()[0] if text.strip() else ""
    separator = max(",;\t", key=first.count)
    rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator) if any(row)]
    if len(rows) < 2:
        raise DataError(_("{path}: needs a line of column names and at least one line below it.").format(path=path))
    header = [name.strip() for name in rows[0]]
    wrong = [i for i, row in enumerate(rows[1:], 2) if len(row) != len(header)]
    if wrong:
        message = _("{path}: line {line} has {found} fields, but there are {expected} column names.")
        raise DataError(message.format(path=path, line=wrong[0], found=len(rows[wrong[0] - 1]), expected=len(header)))
    return header, rows[1:]


def _column(header: list[str], rows: list[list[str]], names: tuple[str, ...]) -> list[str] | None:
    places = [i for name in names for i, column in enumerate(header) if column.lower() == name]
    return [row[places[0]].strip() for row in rows] if places else None


def _labels(
    path: Path, header: list[str], rows: list[list[str]], wanted: str | None
) -> tuple[list[Hashable] | None, bool]:
    if wanted is not None and wanted not in header:
        guess = nearest(wanted, header) or ", ".join(header)
        message = _("data.label_column: {path} has no column {wanted}; did you mean {guess}?")
        raise DataError(message.format(path=path, wanted=wanted, guess=guess))
    words = _column(header, rows, (wanted.lower(),) if wanted else _LABEL)
    if words is None:
        return None, False
    plural = _column(header, rows, ("labels", "classes", "tags")) is words or any("|" in word for word in words)
    several = plural or any(";" in word for word in words)
    if several:
        return [
            tuple(part.strip() for part in word.replace(";", "|").split("|") if part.strip()) for word in words
        ], True
    return [word or None for word in words], False


def _splits(path: Path, words: list[str] | None) -> dict[str, np.ndarray]:
    if words is None:
        return {}
    unknown = sorted({word for word in words if word.lower() not in SPLITS})
    if unknown:
        message = _("{path}: {word!r} is not a split; allowed: train, valid (validation, val), test.")
        raise DataError(message.format(path=path, word=unknown[0]))
    named = np.array([SPLITS[word.lower()] for word in words])
    return {name: np.flatnonzero(named == name) for name in ("train", "valid", "test") if (named == name).any()}
