"""Files of records, one JSON object per line, that only grow at their end or are cut back to where they once ended."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from trasluz.errors import RunError
from trasluz.files import open_regular, storage
from trasluz.messages import _

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
        os.fsync(file.fileno())


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
        RunError: that line is damaged.
    """
    if not path.exists():
        return {}
    try:
        with open_regular(path) as file:
            line = _last_line(file, file.seek(0, os.SEEK_END))
    except OSError:
        raise _damaged(path) from None
    if not line:
        return {}
    try:
        record: dict[str, Any] = dict(json.loads(line))
    except (ValueError, TypeError, RecursionError):
        raise _damaged(path) from None
    return record


def _last_line(file: BinaryIO, end: int) -> bytes:
    """The last line that is complete, of a file of ``end`` bytes, without its end; empty where there is none."""
    start, tail = end, b""
    while start > 0:
        start, before = max(0, start - _BLOCK), start
        file.seek(start)
        tail = file.read(before - start) + tail
        *lines, _half = tail.split(b"\n")
        if len(lines) > 1 or (lines and start == 0):
            return lines[-1]
    return b""


def read_lines(path: Path) -> list[dict[str, Any]]:
    """All complete records, oldest first; a half-written last line is left out.

    Raises:
        RunError: a line is damaged.
    """
    if not path.exists():
        return []
    try:
        with open_regular(path) as file:
            return [json.loads(line) for line in file if line.endswith(b"\n")]
    except (OSError, ValueError, RecursionError):
        raise _damaged(path) from None


def _damaged(path: Path) -> RunError:
    return RunError(_("{path}: a line of {name} is damaged.").format(path=path.parent, name=path.name))


def present_names(record: Mapping[str, Any]) -> dict[str, Any]:
    """A record of ``metrics.jsonl`` by the names of today: version 0.1 called learning rates ``rate``."""
    return {f"learning_{key}" if key.partition("/")[0] == "rate" else key: value for key, value in record.items()}
