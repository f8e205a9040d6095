"""Several processes, also on several hosts, share the cells of a study: each trains what nobody else is training.

Who finds nothing left to begin waits until the others are done, so that each ends with the whole study, and what a
killed process leaves is finished by another.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress

from trasluz.errors import HeldError, Interrupted, RunError, StorageError, TakenOverError
from trasluz.locks import Lock, lock_of, locks_in
from trasluz.messages import _, ngettext
from trasluz.reporting import Reporter
from trasluz.search.folder import Cell, StudyFolder
from trasluz.training.interrupt import StopRequest, stop_request

_POLL = 2.0  # seconds between looks at what others have done

Work = Callable[[int, Cell], None]
Numbered = tuple[int, Cell]
# Works on cells, and gives each with what it is through: nothing, or why another process has to be waited for.
WorkTogether = Callable[[Sequence[Numbered]], Iterator[tuple[Cell, Exception | None]]]


def share(
    folder: StudyFolder, cells: Sequence[Cell], done: Callable[[Cell], bool], work: Work, reporter: Reporter
) -> None:
    """Calls ``work`` with the number (from 1) and the cell, for each that is not ``done``, with that cell's lease held.

    Returns once all are done, by whichever process.

    Raises:
        Interrupted: somebody asked to stop while this waited.
    """

    def one_by_one(taken: Sequence[Numbered]) -> Iterator[tuple[Cell, Exception | None]]:
        for number, cell in taken:
            try:
                work(number, cell)
            except (HeldError, TakenOverError) as error:
                yield cell, error
            else:
                yield cell, None

    share_together(folder, cells, done, one_by_one, lambda: 1, reporter)


def share_together(
    folder: StudyFolder,
    cells: Sequence[Cell],
    done: Callable[[Cell], bool],
    work: WorkTogether,
    at_once: Callable[[], int],
    reporter: Reporter,
) -> None:
    """As ``share``, but calls ``work`` with up to ``at_once()`` cells, whose leases are all held until it is through.

    Raises:
        Interrupted: somebody asked to stop while this waited, or between two cells.
    """
    left, told = list(enumerate(cells, 1)), ""
    with stop_request() as request:
        while left:
            busy = _once_each(folder, left, done, work, at_once, request)
            if len(busy) == len(left):
                told = _say(len(busy), set(busy.values()), told, reporter)
                _pause()
            left = [(number, cell) for number, cell in left if number in busy]


def _once_each(
    folder: StudyFolder,
    left: Sequence[Numbered],
    done: Callable[[Cell], bool],
    work: WorkTogether,
    at_once: Callable[[], int],
    request: StopRequest,
) -> dict[int, str]:
    """Works on every cell that nobody else has; the numbers of those that somebody has, and who that is."""
    busy: dict[int, str] = {}
    coming = iter(left)
    while True:
        with _Taken(folder) as taken:
            for number, cell in coming:
                holder = taken.take(number, cell, done)
                if holder is not None:
                    busy[number] = holder
                if len(taken.cells) >= at_once():
                    break
            if not taken.cells:
                return busy
            for cell, error in work(taken.cells):
                number = taken.let_go(cell)
                if error is not None:
                    busy[number] = getattr(error, "holder", "")
                if request.asked:
                    raise Interrupted


class _Taken:
    """The cells that this process has, with their leases, which go back when the block ends."""

    def __init__(self, folder: StudyFolder) -> None:
        self._folder = folder
        self._leases: dict[str, tuple[int, Lock]] = {}
        self.cells: list[Numbered] = []

    def __enter__(self) -> _Taken:
        return self

    def __exit__(self, *_error: object) -> None:
        for _number, lease in self._leases.values():
            lease.release()

    def take(self, number: int, cell: Cell, done: Callable[[Cell], bool]) -> str | None:
        """Takes a cell that is not ``done``; who has it, where somebody else does."""
        if done(cell):  # without a lease, so that a study that is done costs little
            return None
        lease = self._folder.lease(cell)
        try:
            lease.take()
        except HeldError as error:
            return error.holder
        self._leases[cell.recipe_hash] = number, lease
        if done(cell):
            self.let_go(cell)
            return None
        self.cells.append((number, cell))
        return None

    def let_go(self, cell: Cell) -> int:
        """Gives its lease back; its number."""
        number, lease = self._leases.pop(cell.recipe_hash)
        lease.release()
        return number


def _say(count: int, holders: set[str], told: str, reporter: Reporter) -> str:
    """Says who is waited for, unless that was the last thing ``told``; the sentence."""
    names = ", ".join(sorted(holders - {""})) or _("other processes")
    sentence = ngettext(
        "{count} run is being trained by {holders}; waiting for it.",
        "{count} runs are being trained by {holders}; waiting for them.",
        count,
    ).format(count=count, holders=names)
    if sentence != told:
        reporter.say(sentence)
    return sentence


def _pause() -> None:
    until = time.monotonic() + _POLL
    with stop_request() as request:
        while time.monotonic() < until:
            if request.asked:
                raise Interrupted
            time.sleep(0.1)


def sweep(folder: StudyFolder) -> None:
    """Removes leases of processes that were killed, and the locks of runs that such processes left when a run was
    finished already, so that nobody writes it any more."""
    left = [lock_of(run) for run in folder.runs.glob("*") if any(map(os.path.lexists, locks_in(run)))]
    for lock in (*folder.leases_left(), *left):
        with suppress(HeldError, RunError, StorageError), lock:
            pass
