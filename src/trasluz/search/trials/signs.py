"""Signs of life of the trials that a worker has, left in a database every few seconds (Optuna's heartbeat)."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from trasluz.search.trials.place import BEAT

if TYPE_CHECKING:
    from optuna.storages import BaseStorage


class Signs:
    """A thread that leaves them. While the database is away it goes on trying."""

    def __init__(self, storage: BaseStorage) -> None:
        self._storage, self._ours = storage, set[int]()
        self._guard, self._stopped = threading.Lock(), threading.Event()
        self._thread = threading.Thread(target=self._go_on, name="signs of life", daemon=True)

    def start(self) -> None:
        """Begins."""
        self._thread.start()

    def stop(self) -> None:
        """Ends."""
        self._stopped.set()
        self._thread.join(timeout=BEAT)

    def begin(self, trial: int) -> None:
        """The first sign of a trial, at once."""
        self._storage.record_heartbeat(trial)  # type: ignore[attr-defined]  # of databases, which Optuna wraps
        with self._guard:
            self._ours.add(trial)

    def end(self, trial: int) -> None:
        """The trial is over."""
        with self._guard:
            self._ours.discard(trial)

    def _go_on(self) -> None:
        while not self._stopped.wait(BEAT):
            with self._guard:
                ours = tuple(self._ours)
            for trial in ours:
                with suppress(Exception):  # whatever a database that is away raises; the worker itself says so
                    self._storage.record_heartbeat(trial)  # type: ignore[attr-defined]  # as above
