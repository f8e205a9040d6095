"""A CSV file (or JSON Lines): a manifest with one image per line, or a table with one sample per line.

It is a table when ``data.target`` names a column, or when no column names files: by being called like those of paths,
or by its cells, which are the names or ids of images near the file.  What the columns mean is in
``data/read/manifest_rows.py``, which file a cell means in ``data/read/file_index.py``.  Paths are relative to the
manifest.  ``data/read/table.py`` tells what a table is.
"""

from __future__ import annotations

import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from trasluz.data.read.decode import Content
from trasluz.data.read.file_index import AMBIGUOUS, FileIndex, index_below, slashed
from trasluz.data.read.layout import require_images
from trasluz.data.read.manifest_rows import PATHS, Rows, ids_of_files, named_paths, read_rows
from trasluz.data.read.raw import Given, ImageFiles, Labels, Listing
from trasluz.data.read.table import open_table
from trasluz.data.read.table_beside import sheet_of
from trasluz.data.read.table_columns import parse_numbers
from trasluz.data.read.table_text import Sheet, cells_of
from trasluz.errors import DataError
from trasluz.messages import _
from trasluz.reading import MISSING, NOT_A_FILE, reason_of
from trasluz.recipe import DataSection
from trasluz.reporting import Reporter

Facts = tuple[int, int] | str  # size and time of change, or why the file cannot be read, in English


@dataclass(frozen=True)
class _Image:
    """The file that a line means: its path as it is shown, and where it is."""

    name: str
    path: Path
    facts: Facts


def claims(path: Path) -> bool:
    """Whether ``path`` is named ``*.csv``, ``*.tsv`` or ``*.jsonl``."""
    return path.is_file() and path.suffix.lower() in (".csv", ".tsv", ".jsonl")


def open_path(path: Path, section: DataSection, reporter: Reporter) -> Given:
    """The images that the manifest names, or the rows of the table.

    Raises:
        DataError: it is not such a file, a column is missing, or it could be either.
    """
    sheet, near = sheet_of(path), _Near(path.parent)
    column = named_paths(sheet)
    if _is_table(sheet, section):
        column = None if section.target is not None else ids_of_files(sheet, near.knows)
    if column is None:
        return open_table(sheet, section, reporter)
    rows = read_rows(sheet, column, section)
    require_images(len(rows.rows), 0, path)
    images = [near.image(row.cell) for row in rows.rows]
    lines = [(i.name, r.label, r.split, i.facts) for i, r in zip(images, rows.rows, strict=True)]
    identity = [str(path.resolve()), section.label_column, rows.several, lines]
    return ImageFiles(
        path.name,
        identity,
        lambda reporter: _listing(path, images, rows),
        lambda files: cells_of(sheet, [image.name for image in images], files),
    )


class _Near:
    """The files near a manifest; looked for only where a cell is no path of one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @cached_property
    def index(self) -> FileIndex:
        """All images below the folder."""
        return index_below(self.folder)

    def knows(self, cells: Sequence[str]) -> bool:
        """Whether the first cells all mean files."""
        return self.index.knows(cells)

    def image(self, cell: str) -> _Image:
        """The file that a cell means: the path as it is, as Windows writes it, or what ends so."""
        facts: Facts = MISSING
        for name in dict.fromkeys((cell, slashed(cell))):
            facts = _facts(self.folder / name)
            if not isinstance(facts, str):
                return _Image(name, self.folder / name, facts)
        found, several = self.index.find(cell) if facts in (MISSING, NOT_A_FILE) else (None, False)
        if found is None:
            return _Image(slashed(cell), self.folder / cell, AMBIGUOUS if several else facts)
        return _Image(slashed(found), self.folder / found, _facts(self.folder / found))


def _is_table(sheet: Sheet, section: DataSection) -> bool:
    """Whether the lines are samples themselves, not paths of images.

    Raises:
        DataError: ``data.target`` asks for a table, but a column names files.
    """
    paths = [name for name in sheet.header if name.lower() in PATHS]
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


def _facts(file: Path) -> Facts:
    try:
        found = file.stat()
    except OSError as error:
        return reason_of(error)
    except ValueError:
        return MISSING
    return (found.st_size, found.st_mtime_ns) if stat.S_ISREG(found.st_mode) else NOT_A_FILE


def _listing(table: Path, images: list[_Image], rows: Rows) -> Listing:
    there = [(image, row) for image, row in zip(images, rows.rows, strict=True) if not isinstance(image.facts, str)]
    labels: Labels = [row.label for _image, row in there]
    splits = tuple(row.split for _image, row in there)
    read = {"files": [table.name], "used": True, "found": False}

    def contents() -> Iterator[tuple[int, Content]]:
        return ((row, image.path) for row, (image, _line) in enumerate(there))

    return Listing(
        tuple(image.name for image, _row in there),
        contents,
        labels if any(labels) else None,
        multi_label=rows.several,
        splits=splits if set(splits) - {"train"} else None,
        told={"table": {**read, "images": len(there), "unused_columns": list(rows.unused)}},
        unreadable=tuple((image.name, image.facts) for image in images if isinstance(image.facts, str)),
    )
