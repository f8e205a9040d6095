"""From the bytes of a CSV file to rows of cells: encoding, line endings, separators, quotes, the decimal sign.

Any of CR, LF, CRLF and CR CR LF ends a line; cells are separated by commas, semicolons or tabs, whichever gives the
first lines equally many.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from trasluz.errors import DataError
from trasluz.messages import _
from trasluz.reading import read_regular

_SEPARATORS = ",;\t"
_LOOKED_AT = 20
_BYTES, _LINE = 512 << 20, 16 << 20  # of a file, and of one of its lines, whose cells all exist at once
_PIECE = 1 << 20
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

    @cached_property
    def positions(self) -> dict[str, int]:
        """Where each column is; of two of one name the first."""
        return {name: index for index, name in reversed(tuple(enumerate(self.header)))}

    def column(self, name: str) -> tuple[str, ...]:
        """The cells under ``name``; every row must reach that far."""
        index = self.positions[name]
        return self._columns[index] if self._columns else tuple(row[index] for row in self.rows)

    @cached_property
    def _columns(self) -> tuple[tuple[str, ...], ...]:
        """All columns at once, where the rows are equally long, which takes a third of the time of one by one."""
        equal = all(len(row) == len(self.header) for row in self.rows)
        return tuple(zip(*self.rows, strict=True)) if equal else ()

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
        DataError: it cannot be read, is too large, is not UTF-8 (or UTF-16 with its mark), or is not CSV.
    """
    text = read_text(path).replace("\r\r\n", "\r\n")  # which every editor shows as the end of one line, not two
    try:
        separator = _separator(text)
        rows = list(_rows(text, separator))
    except csv.Error as error:
        raise DataError(_("{path}: is not a CSV file: {reason}.").format(path=path, reason=error)) from None
    header, *rest = rows or [(0, ())]
    return Sheet(path, separator, header[1], tuple(row for _line, row in rest), tuple(line for line, _row in rest))


def cells_of(sheet: Sheet, names: Sequence[str], files: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The cells of every column in the rows of ``files``, some of ``names`` (one per row) in their order.

    Two rows of one file can both be read or neither, so that the rows are those of files that were.
    """
    there = set(files)
    rows = [row for row, name in zip(sheet.rows, names, strict=True) if name in there]
    return {name: tuple(row[i] if i < len(row) else "" for row in rows) for name, i in sheet.positions.items()}


def read_text(path: Path) -> str:
    """The text of a file, in composed Unicode (NFC), so that names and labels in it equal those of files.

    Raises:
        DataError: it cannot be read, is too large, or is not UTF-8 (or UTF-16 with its mark).
    """
    try:
        content = read_regular(path, _BYTES)
    except OSError as error:
        raise DataError(_("{path}: cannot be read: {reason}.").format(path=path, reason=error.strerror)) from None
    if content is None:
        message = _("{path}: is larger than {most} MiB, more than a table of text may be; give arrays (.npz) instead.")
        raise DataError(message.format(path=path, most=_BYTES >> 20))
    wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = content.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError:
        raise DataError(_("{path}: is not UTF-8 text; save the file as UTF-8.").format(path=path)) from None
    if "\0" in text:
        message = _("{path}: holds NUL characters, so it is no text of one encoding; save the file as UTF-8.")
        raise DataError(message.format(path=path))
    return text if text.isascii() else unicodedata.normalize("NFC", text)


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
    reader = csv.reader(_lines(text), delimiter=separator, strict=True)
    given = 0
    for row in reader:
        cells = tuple(map(str.strip, row)) if row else ()
        if any(cells):
            yield reader.line_num, cells
            given += 1
            if given == most:
                return


def _lines(text: str) -> Iterator[str]:
    """The lines with their ends, as they are; a piece at a time, because a second copy of the text takes four times its
    bytes.

    Raises:
        csv.Error: a line is longer than rows of numbers are.
    """
    rest, count = "", 0
    for start in range(0, len(text), _PIECE):
        *lines, rest = io.StringIO(rest + text[start : start + _PIECE], newline="")
        count += len(lines)
        if len(rest) > _LINE:
            raise csv.Error(_("line {line} is longer than {most} MiB").format(line=count + 1, most=_LINE >> 20))
        yield from lines
    if rest:
        yield rest
