"""A file of JSON Lines, such as Hugging Face's ``metadata.jsonl``, as the same cells that a CSV file has.

Each line is an object; the columns are the names in all of them.  A list of texts or numbers becomes a cell of several
labels (``a|b``), ``true`` and ``false`` stay as they are, what is nested more deeply is kept as JSON.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from trasluz.data.read.table_text import Sheet, read_text
from trasluz.errors import DataError
from trasluz.messages import _


def read_json_lines(path: Path) -> Sheet:
    """All lines that hold anything, as rows under the names of all fields.

    Raises:
        DataError: it cannot be read, or a line is no JSON object.
    """
    objects: list[dict[str, Any]] = []
    lines: list[int] = []
    for number, text in enumerate(read_text(path).split("\n"), 1):
        if text.strip():
            objects.append(_object(path, number, text))
            lines.append(number)
    header = tuple(dict.fromkeys(name for one in objects for name in one))
    rows = tuple(tuple(_cell(one.get(name)) for name in header) for one in objects)
    return Sheet(path, ",", header, rows, tuple(lines))


def _object(path: Path, number: int, text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        message = _("{path}: line {line} is no JSON object, such as {example}.")
        raise DataError(message.format(path=path, line=number, example='{"file_name": "0.png", "label": "cat"}'))
    return found


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, list) and all(isinstance(one, (str, int, float)) for one in value):
        return "|".join(map(_cell, value))
    if isinstance(value, str):
        return value.strip()
    return json.dumps(value, ensure_ascii=False)
