"""Attempt: one attack and what came of it; and the command line under attack, watched for what it may not do."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

SECONDS = 60.0  # a command that runs longer hangs
MEMORY = 2 << 30  # bytes of the process and its children that no hostile input may reach
_UNEXPECTED = ("Traceback (most recent call last)", "Unexpected error", "Error inesperado")


@dataclass(frozen=True)
class Attempt:
    """``door``: where it was tried; ``kind``: what was tried; ``fault``: what went wrong, empty where nothing did."""

    door: str
    kind: str
    fault: str = ""
    seconds: float = 0.0
    memory: int = 0


@dataclass(frozen=True)
class Ended:
    """How a command ended: its exit code (``None`` for one that was stopped because it hung), its output as text, its
    wall time, and the most memory (resident bytes) that it and its children held at once; ``err``: its standard error
    where it was kept apart from ``text``.
    """

    code: int | None
    text: str
    seconds: float
    memory: int
    err: str = ""

    @property
    def fault(self) -> str:
        """What no command may do: hang, grow, show a traceback or say "unexpected"; empty where it did none of it."""
        if self.code is None:
            return f"hung for {self.seconds:.0f} s"
        if self.memory > MEMORY:
            return f"grew to {self.memory / 2**30:.1f} GB"
        said = next((words for words in _UNEXPECTED if words in self.text + self.err), None)
        if said is not None:
            return f"said {said!r}: {(self.text + self.err).strip()[-400:]}"
        return f"was killed by signal {-self.code}" if self.code < 0 else ""


def trasluz(
    *arguments: str | Path, folder: Path, more: Mapping[str, str] | None = None, seconds: float = SECONDS
) -> Ended:
    """Runs ``trasluz`` with ``arguments`` in ``folder``; ``more``: further variables of its environment."""
    return watched([sys.executable, "-m", "trasluz.cli", *map(str, arguments)], folder, more, seconds)


def watched(
    command: Sequence[str], folder: Path, more: Mapping[str, str] | None = None, seconds: float = SECONDS
) -> Ended:
    """Runs a command in a group of its own and stops the group when it hangs or grows beyond ``MEMORY``."""
    started = time.monotonic()
    environment = {**os.environ, "COLUMNS": "200", "OMP_NUM_THREADS": "1", **(more or {})}
    with subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    ) as process:
        peak, hung, done = [0], [False], threading.Event()

        def watch() -> None:
            while not done.wait(0.05):
                peak[0] = max(peak[0], resident(process.pid))
                hung[0] = time.monotonic() - started > seconds
                if hung[0] or peak[0] > MEMORY:
                    os.killpg(process.pid, 9)
                    return

        watcher = threading.Thread(target=watch)
        watcher.start()
        output, _nothing = process.communicate()
        done.set()
        watcher.join()
    code = None if hung[0] else process.returncode
    return Ended(code, output.decode(errors="replace"), time.monotonic() - started, peak[0])


def resident(session: int) -> int:
    """Resident bytes of all processes of a session (Linux; elsewhere 0)."""
    page, total = os.sysconf("SC_PAGE_SIZE"), 0
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rpartition(")")[2].split()
        except OSError:  # it ended meanwhile
            continue
        if int(fields[3]) == session:
            total += int(fields[21]) * page
    return total
