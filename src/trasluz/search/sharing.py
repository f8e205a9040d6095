"""Several processes, also on several hosts, share the cells of a study: each trains what nobody else is training.

Who finds nothing left to begin waits until the others are done, so that each ends with the whole study, and what a
killed process leaves is finished by another.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

from trasluz.errors import HeldError, Interrupted, RunError, StorageError, TakenOverError
from trasluz.locks import lock_of, locks_in
from trasluz.messages import _, ngettext
from trasluz.reporting import Reporter
from trasluz.search.folder import Cell, StudyFolder
from trasluz.training.interrupt import stop_request

_POLL = 2.0  # seconds between looks at what others have done

Work = Callable[[int, Cell], None]


def share(
    folder: StudyFolder, cells: Sequence[Cell], done: Callable[[Cell], bool], work: Work, reporter: Reporter
) -> None:
    """Calls ``work`` with the number (from 1) and the cell, for each that is not ``done``, with that cell's lease held.

    Returns once all are done, by whichever process.

    Raises:
        Interrupted: somebody asked to stop while this waited.
    """
    left, told = list(enumerate(cells, 1)), ""
    while left:
        busy, holders = [], set()
        for number, cell in left:
            try:
                _work_on(folder, cell, number, done, work)
            except (HeldError, TakenOverError) as error:
                busy.append((number, cell))
                holders.add(getattr(error, "holder", ""))
        if len(busy) == len(left):
            told = _say(len(busy), holders, told, reporter)
            _pause()
        left = busy


def _work_on(folder: StudyFolder, cell: Cell, number: int, done: Callable[[Cell], bool], work: Work) -> None:
    if done(cell):  # without a lease, so that a study that is done costs little
        return
    with folder.lease(cell):
        if not done(cell):
            work(number, cell)


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
