"""From the bytes of a CSV file to rows of cells: encoding, line endings, separators, quotes, the decimal sign.

Any of CR, LF, CRLF and CR CR LF ends a line; cells are separated by commas, semicolons or tabs, whichever gives the
first lines equally many.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from trasluz.errors import DataError
from trasluz.messages import _

_SEPARATORS = ",;\t"
_LOOKED_AT = 20
_COMMA = re.compile(r"[+-]?\d+,\d+(?:[eE][+-]?\d+)?", re.ASCII)
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(?:,\d{3})+", re.ASCII)
_POINT = re.compile(r"[+-]?\d*\.\d+(?:[eE][+-]?\d+)?", re.ASCII)


@dataclass(frozen=True)
class Sheet:
    """The cells of a CSV file, without space around them; rows without any text are left out.

    ``lines``: where each row ends in the file, from 1.  Rows can be shorter or longer than the header.
    """

    path: Path
    separator: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]

    def column(self, name: str) -> tuple[str, ...]:
        """The cells under ``name``; every row must reach that far."""
        index = self.header.index(name)
        return tuple(row[index] for row in self.rows)

    @cached_property
    def decimal(self) -> str:
        """``","`` where cells such as ``0,5`` are numbers, which takes another separator; else ``"."``.

        A comma before three digits can set thousands apart; it alone proves nothing.
        """
        if self.separator == ",":
            return "."
        cells = [cell for row in self.rows for cell in row]
        commas = any("," in cell and _COMMA.fullmatch(cell) and not _THOUSANDS.fullmatch(cell) for cell in cells)
        return "," if commas and not any("." in cell and _POINT.fullmatch(cell) for cell in cells) else "."


def read_sheet(path: Path) -> Sheet:
    """All rows of a CSV file.

    Raises:
        DataError: it cannot be read, is not UTF-8 (or UTF-16 with its mark), or is not CSV.
    """
    text = _text(path)
    separator = _separator(text)
    try:
        rows = list(_rows(text, separator))
    except csv.Error as error:
        raise DataError(_("{path}: is not a CSV file: {reason}.").format(path=path, reason=error)) from None
    header, *rest = rows or [(0, ())]
    return Sheet(path, separator, header[1], tuple(row for _line, row in rest), tuple(line for line, _row in rest))


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DataError(_("{path}: cannot be read: {reason}.").format(path=path, reason=error.strerror)) from None
    wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return content.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError:
        raise DataError(_("{path}: is not UTF-8 text; save the file as UTF-8.").format(path=path)) from None


def _separator(text: str) -> str:
    """The separator that gives the first rows equally many cells, and most of them; else what the header has most."""
    found = []
    for separator in _SEPARATORS:
        try:
            widths = [len(row) for _line, row in _rows(text, separator, _LOOKED_AT)] or [0]
        except csv.Error:
            continue
        found.append((min(widths) == max(widths) and widths[0] > 1, widths[0], separator))
    return max(found, key=lambda one: one[:2])[2] if found else ","


def _rows(text: str, separator: str, most: int | None = None) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Line number and cells of at most ``most`` rows that hold anything."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    given = 0
    for row in reader:
        cells = tuple(cell.strip() for cell in row)
        if any(cells):
            yield reader.line_num, cells
            given += 1
            if given == most:
                return
