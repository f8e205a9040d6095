"""Workers: processes that train trials. Which worker has a trial is said in the trial; that it lives, by its process,
by the lock that is its lease, or by signs of life in a database."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from trasluz.errors import HeldError, RunError, StorageError
from trasluz.locks import Lock
from trasluz.processes import Process, this_process

LEASE, _DIGITS = ".worker-", 12
_present: set[str] = set()  # workers of this process: a trial that says another of its workers was left behind
_guard = threading.Lock()


@dataclass(frozen=True)
class Worker:
    """One that trains. ``name``: of its own; a process may be several, one after another."""

    process: Process = field(default_factory=this_process)
    name: str = field(default_factory=lambda: uuid.uuid4().hex[:_DIGITS])

    def to_dict(self) -> dict[str, Any]:
        """What a trial says of the worker that has it."""
        own = asdict(self.process)
        return {"name": self.name, **own}

    def begin(self) -> None:
        """From here on its trials are its own."""
        with _guard:
            _present.add(self.name)

    def end(self) -> None:
        """What it has not finished is anybody's."""
        with _guard:
            _present.discard(self.name)

    def lease(self, folder: Path) -> Lock:
        """The lock by which others, who cannot ask its process, see that it lives."""
        return Lock(folder / f"{LEASE}{self.name}", folder)


def lives(said: Mapping[str, Any] | None, folder: Path | None) -> bool | None:
    """Whether the worker that a trial names still works; ``None`` where only time will tell.

    ``folder``: where leases lie, ``None`` where a database keeps signs of life.
    """
    try:
        told = dict(said or {})
        name = str(told["name"])
        process = Process(str(told["host"]), str(told["system"]), int(told["number"]), str(told["started"]))
    except (KeyError, TypeError, ValueError):
        return None
    if process == this_process():
        return name in _present
    runs = process.runs()
    if runs is not None or folder is None:
        return runs
    return _held(Lock(folder / f"{LEASE}{name}", folder))


def sweep_leases(folder: Path) -> None:
    """Removes the leases of workers that are gone."""
    for name in sorted({path.name[: len(LEASE) + _DIGITS] for path in folder.glob(f"{LEASE}*")}):
        with suppress(HeldError, RunError, StorageError), Lock(folder / name, folder):
            pass


def _held(lease: Lock) -> bool:
    """Whether somebody holds a lease that cannot be asked; one that was left behind is removed."""
    try:
        with lease:
            return False
    except HeldError:
        return True
    except RunError:
        return False
