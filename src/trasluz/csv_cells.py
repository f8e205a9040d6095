"""Cells of CSV files that are safe to open: in a spreadsheet, where a cell can be a formula, and on a terminal.

A cell that begins with ``=``, ``+``, ``-``, ``@``, a tab or a return is read as a formula by Excel, LibreOffice and
others; a quote before it makes it text, as OWASP advises ("CSV Injection").  What is a number stays one.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

from trasluz.messages import shown

_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")  # also their full-width forms
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)


def harmless(cell: object) -> object:
    """``cell``; of text a form that no spreadsheet computes and no terminal obeys."""
    if not isinstance(cell, str):
        return cell
    text = shown(cell)
    formula = cell.lstrip(" ").startswith(_STARTS) and not _NUMBER.fullmatch(cell)
    return f"'{text}" if formula else text


def csv_text(rows: Iterable[Sequence[object]], raw: bool = False) -> str:
    """Rows as CSV, quoted where they have to be; ``raw`` leaves their cells as they are."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerows(rows if raw else ([harmless(cell) for cell in row] for row in rows))
    return buffer.getvalue()
