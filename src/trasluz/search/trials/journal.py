"""The journal of a study's trials: Optuna's file of JSON lines, in the study's folder, for processes of one host.

Optuna's own way of writing it is a line, a sync and a lock of its own that a killed process leaves behind for half a
minute.  Ours is a lock of the system, which goes with the process; a line that a kill left unfinished is cut off by
the next who writes; and the disk is waited for once a second instead of for each line (7 ms each on the machine where
this was measured): what a power cut takes are trials of the last second, whose runs are still there.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from filelock import FileLock
from optuna.storages.journal import JournalFileBackend
from optuna.storages.journal._file import BaseJournalFileLock  # which the package asks for and does not export

from trasluz.files import storage

NAME = "trials.jsonl"
_SYNC_SECONDS = 1.0


class SystemLock(BaseJournalFileLock):
    """The system's own lock on a file beside the journal; taken again inside itself it does nothing more."""

    def __init__(self, path: Path) -> None:
        self._lock = FileLock(path)

    def acquire(self) -> bool:
        """Waits for the lock."""
        self._lock.acquire()
        return True

    def release(self) -> None:
        """Gives it back."""
        self._lock.release()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Nobody else writes inside."""
        with self._lock:
            yield


class Journal(JournalFileBackend):
    """Lines that are appended whole, in the file that Optuna and its dashboard know."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / NAME
        self.alone = SystemLock(folder / f"{NAME}.lock")
        self._synced = 0.0
        with storage(folder):
            super().__init__(str(self.path), self.alone)

    def read_logs(self, log_number_from: int) -> Generator[dict[str, Any], None, None]:
        """The operations from that number on; a file that has not grown since is not opened, which is asked for twenty
        times a trial."""
        end = self._log_number_offset.get(log_number_from)
        if end is None or self.path.stat().st_size > end:
            yield from super().read_logs(log_number_from)

    def append_logs(self, logs: list[dict[str, Any]]) -> None:
        """Appends operations.

        Raises:
            StorageError: the disk is full or the folder cannot be written.
        """
        text = "".join(json.dumps(log, separators=(",", ":")) + "\n" for log in logs)
        with self.alone.held(), storage(self.path), self.path.open("r+b") as file:
            end = _end_of_lines(file)
            file.truncate(end)
            file.seek(end)
            file.write(text.encode())
            file.flush()
            if time.monotonic() - self._synced > _SYNC_SECONDS:
                os.fsync(file.fileno())
                self._synced = time.monotonic()


def _end_of_lines(file: BinaryIO) -> int:
    """Where the last whole line ends."""
    end = int(file.seek(0, os.SEEK_END))
    while end > 0:
        begin = max(end - 4096, 0)
        file.seek(begin)
        found = int(file.read(end - begin).rfind(b"\n"))
        if found >= 0:
            return begin + found + 1
        end = begin
    return 0
