"""Files of records, one JSON object per line, that only grow at their end or are cut back to where they once ended."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from trasluz.errors import DamagedError
from trasluz.files import storage, sync_file
from trasluz.messages import _
from trasluz.reading import open_regular, parse_json, read_bytes
from trasluz.recipe.migrations import present_record_name

_COUNTS = ("epoch", "step", "from", "to")
_MOST = 2**53  # counts beyond are no counts
_LARGEST = 1 << 1000  # of whole numbers that a float can hold
_BLOCK = 16_384  # bytes read at a time from the end; a record has a few hundred


def append_lines(path: Path, records: Iterable[Mapping[str, Any]]) -> None:
    """Appends records and waits until they are on the disk; without records the file is left as it is.

    Raises:
        StorageError: disk full or not writable.
    """
    text = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
    if not text:
        return
    with storage(path), path.open("ab") as file:
        file.write(text.encode())
        file.flush()
        sync_file(file.fileno())


def size_of(path: Path) -> int:
    """The size of the file in bytes, 0 where there is none."""
    return path.stat().st_size if path.exists() else 0


def cut_lines(path: Path, offset: int) -> None:
    """Cuts the file back to ``offset`` bytes."""
    if size_of(path) > offset:
        with storage(path):
            os.truncate(path, offset)


def read_last(path: Path) -> dict[str, Any]:
    """The last complete record, empty where there is none; reads no more of the file than its end.

    Raises:
        DamagedError: that line is damaged.
    """
    try:
        if not os.path.lexists(path):
            return {}
        with open_regular(path) as file:
            line = _last_line(file, file.seek(0, os.SEEK_END))
        return _record(parse_json(line)) if line else {}
    except (OSError, ValueError) as error:
        raise _damaged(path, error) from None


def _last_line(file: BinaryIO, end: int) -> bytes:
    """The last line that is complete, of a file of ``end`` bytes, without its end; empty where there is none."""
    start, tail, block = end, b"", _BLOCK
    while start > 0:
        start, before = max(0, start - block), start
        block *= 2  # a damaged file may be one line of any length
        file.seek(start)
        tail = file.read(before - start) + tail
        *lines, _half = tail.split(b"\n")
        if len(lines) > 1 or (lines and start == 0):
            return lines[-1]
    return b""


def read_lines(path: Path, needed: Collection[str] = ()) -> list[dict[str, Any]]:
    """All complete records, oldest first; a half-written last line is left out.  ``needed``: names that each must have.

    Raises:
        DamagedError: a line is damaged.
    """
    try:
        if not os.path.lexists(path):
            return []
        *lines, _half = read_bytes(path).split(b"\n")
        return [_record(parse_json(line), needed) for line in lines]
    except (OSError, ValueError) as error:
        raise _damaged(path, error) from None


def _record(tree: object, needed: Collection[str] = ()) -> dict[str, Any]:
    """A record as it is: names with numbers or text; counts are whole and not negative, a stretch ends after its start.

    Raises:
        ValueError: it is none.
    """
    if not isinstance(tree, dict):
        raise ValueError(_("a record is no mapping"))
    for name in needed:
        if name not in tree:
            raise ValueError(_("{field} is missing").format(field=name))
    for name, value in tree.items():
        if not _fits(name, value):
            raise ValueError(_("{field} cannot be {given}").format(field=name, given=f"{value!r:.60}"))
    if "from" in tree and tree["from"] >= tree.get("to", math.inf):
        raise ValueError(_("{field} cannot be {given}").format(field="from", given=tree["from"]))
    return tree


def _fits(name: str, value: object) -> bool:
    """Whether a record may hold that under that name; those of metrics have a stroke."""
    if name in _COUNTS:
        return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _MOST
    if name == "phase":
        return isinstance(value, str)
    if isinstance(value, int):
        return abs(value) < _LARGEST
    return isinstance(value, float) or ("/" not in name and isinstance(value, str))


def _damaged(path: Path, error: Exception) -> DamagedError:
    message = _(
        "{path}: a line of {name} is damaged ({reason}); restore the file from a copy of the run, or train it again."
    )
    return DamagedError(message.format(path=path.parent, name=path.name, reason=str(error).rstrip(".")))


def present_names(record: Mapping[str, Any]) -> dict[str, Any]:
    """A record of ``metrics.jsonl`` by the names of today."""
    return {present_record_name(key): value for key, value in record.items()}
