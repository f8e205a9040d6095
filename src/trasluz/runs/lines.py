"""Files of records, one JSON object per line, that only grow at their end or are cut back to where they once ended."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from trasluz.errors import RunError
from trasluz.files import storage
from trasluz.messages import _


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


def read_lines(path: Path) -> list[dict[str, Any]]:
    """All complete records, oldest first; a half-written last line is left out.

    Raises:
        RunError: a line is damaged.
    """
    if not path.exists():
        return []
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    try:
        return [json.loads(line) for line in lines if line.endswith("\n")]
    except ValueError:
        raise RunError(_("{path}: a line of {name} is damaged.").format(path=path.parent, name=path.name)) from None
