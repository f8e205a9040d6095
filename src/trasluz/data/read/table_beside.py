"""A table of labels beside a folder's images, or beside the folder: found, and used where that is certain.

``labels.csv``, ``metadata.csv``, ``metadata.jsonl``, ``train.csv`` and the like, in the folder, in each folder of a
split (as Hugging Face lays out its sets) or above the folder.  A table is used when nearly all of its lines name
images of the folder and say their labels, when it is the only such table, and when the folders are no classes.
``data.label_column`` asks for it even where they are.  Every other table of these images is named.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from trasluz.data.read.file_index import FileIndex
from trasluz.data.read.json_lines import read_json_lines
from trasluz.data.read.layout import read_layout
from trasluz.data.read.manifest_rows import Row, Rows, ids_of_files, named_paths, read_rows
from trasluz.data.read.raw import Label, Labels
from trasluz.data.read.split_names import composed, part_of
from trasluz.data.read.table_text import Sheet, read_sheet
from trasluz.errors import DataError
from trasluz.reading import MISSING
from trasluz.recipe import DataSection

_NAMES = ("labels", "label", "metadata", "train", "train_labels", "training", "annotations", "etiquetas")
_ENDINGS = (".csv", ".tsv", ".jsonl")
_CERTAIN = 0.9  # of the lines that must name images of the folder
_MOST_BYTES = 64 << 20
_MOST_FOLDERS = 8


@dataclass(frozen=True)
class TableBeside:
    """A table whose lines name images of a folder.

    ``found``: the line of each image that has one, by relative path.  ``missing``: cells that name no image, with the
    reason.  ``used``: whether it gives the labels.  ``files``: the table's own, or several tables'; ``names_inside``
    are the names of those that lie in the folder.  ``texts``: the cells of each image's line by column.
    """

    files: tuple[Path, ...]
    rows: Rows
    found: dict[str, Row]
    missing: tuple[tuple[str, str], ...]
    used: bool = True
    names_inside: tuple[str, ...] = ()
    texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def identity(self) -> list[object]:
        """JSON facts that change when a table does."""
        facts = [(str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in self.files]
        return [self.used, facts, [(name, row.label, row.split) for name, row in self.found.items()]]

    def labels_of(self, names: Sequence[str]) -> Labels | None:
        """The label of each image, ``None`` (or no labels of several) where the table has none for it."""
        if self.rows.several:
            several = (self.found[name].label if name in self.found else () for name in names)
            return [label if isinstance(label, tuple) else () for label in several]
        labels: list[Label] = [self.found[name].label if name in self.found else None for name in names]
        return labels

    def splits_of(self, names: Sequence[str]) -> tuple[str, ...] | None:
        """The split of each image, where the table says it; images without a line are for training."""
        if not self.rows.splits:
            return None
        return tuple(self.found[name].split if name in self.found else "train" for name in names)

    def cells(self, names: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """The texts of each image by column, empty where it has no line (``Raw.cells``)."""
        columns = dict.fromkeys(column for texts in self.texts.values() for column in texts)
        return {column: tuple(self.texts.get(name, {}).get(column, "") for name in names) for column in columns}

    def told(self, names: Sequence[str]) -> dict[str, Any]:
        """What the audit says of it."""
        return {
            "files": [str(path) for path in self.files],
            "used": self.used,
            "found": True,
            "images": sum(name in self.found for name in names),
            "unused_columns": list(self.rows.unused) if self.used else [],
        }


def sheet_of(path: Path) -> Sheet:
    """The cells of a table file.

    Raises:
        DataError: it cannot be read, or is no such file.
    """
    return read_json_lines(path) if path.suffix.lower() == ".jsonl" else read_sheet(path)


def find_table(folder: Path, images: Sequence[str], section: DataSection) -> TableBeside | None:
    """The table of ``images`` (relative paths) in or above ``folder``; not used where it must be asked for.

    Raises:
        DataError: ``data.label_column`` asks for a column that the table lacks, or that is one of numbers.
    """
    tables = [table for paths in _candidates(folder, images) if (table := _read(paths, folder, images, section))]
    fitting = [table for table in tables if table.used]
    asked = section.label_column is not None
    if len(fitting) == 1 and (asked or not _has_classes(folder, images, section)):
        return fitting[0]
    if not tables:
        return None
    named = fitting or tables
    return TableBeside(tuple(path for table in named for path in table.files), named[0].rows, {}, (), used=False)


def _has_classes(folder: Path, images: Sequence[str], section: DataSection) -> bool:
    labels = read_layout(images, str(folder), section).labels
    return labels is not None and len(set(labels)) > 1


def _candidates(folder: Path, images: Sequence[str]) -> Iterator[tuple[Path, ...]]:
    """Files that can be tables of these images: alone, or one of each folder of a split."""
    here = folder.resolve()
    names = [f"{name}{ending}" for name in dict.fromkeys([*_NAMES, here.name.lower()]) for ending in _ENDINGS]
    tops = sorted({image.split("/", 1)[0] for image in images if "/" in image})
    parts = [folder / top for top in tops if part_of(top) is not None][:_MOST_FOLDERS]
    alone = [folder, here.parent, *(folder / top for top in tops if len(tops) == 1 and not parts)]
    for name in names:
        for place in alone:
            if _is_table(place / name):
                yield (place / name,)
        beside = tuple(part / name for part in parts if _is_table(part / name))
        if beside:
            yield beside


def _is_table(path: Path) -> bool:
    try:
        return path.is_file() and path.stat().st_size <= _MOST_BYTES
    except OSError:
        return False


def _read(paths: tuple[Path, ...], folder: Path, images: Sequence[str], section: DataSection) -> TableBeside | None:
    """The tables at ``paths`` as one; ``None`` where no line names an image of the folder.

    It is to be used when nearly all lines name one; above the folder, when nearly all of its images have a line.
    """
    found: dict[str, Row] = {}
    texts: dict[str, dict[str, str]] = {}
    lost: list[tuple[str, str]] = []
    lines = 0
    for path in paths:
        sheet, index, column = _opened(path, folder, images)
        if sheet is None or column is None:
            return None
        try:
            rows = read_rows(sheet, column, section)
        except DataError:
            if section.label_column is not None:
                raise
            return TableBeside(paths, Rows((), False, False, False, ()), {}, (), used=False)
        for row, line in zip(rows.rows, sheet.rows, strict=True):
            name, _several = index.find(row.cell)
            if name is None:
                lost.append((composed(row.cell), MISSING))
            else:
                own = name.removeprefix(_prefix(path, folder))
                found[own], texts[own] = row, dict(zip(sheet.header, line, strict=False))  # a line may end early
        lines += len(rows.rows)
    if not found:
        return None
    above = bool(_prefix(paths[0], folder))
    covered = len(found) >= _CERTAIN * len(images) if above else len(lost) <= (1 - _CERTAIN) * lines
    inside = () if above else tuple(path.name for path in paths)
    return TableBeside(paths, rows, found, () if above else tuple(lost), covered and rows.labelled, inside, texts)


def _opened(path: Path, folder: Path, images: Sequence[str]) -> tuple[Sheet | None, FileIndex, str | None]:
    """The cells of a table, the images that it can mean, and its column that names them."""
    inner = f"{path.parent.name}/" if path.parent.parent == folder else ""
    own = [image for image in images if image.startswith(inner)]
    index = FileIndex(f"{_prefix(path, folder)}{image}" for image in own)
    try:
        sheet = sheet_of(path)
    except DataError:
        return None, index, None
    column = named_paths(sheet) or ids_of_files(sheet, index.knows)
    return sheet, index, column if sheet.rows else None


def _prefix(path: Path, folder: Path) -> str:
    """What the images' paths begin with for a table that lies above their folder."""
    here = folder.resolve()
    return f"{here.name}/" if path.parent == here.parent and path.parent != folder else ""
