"""A command under attack in a process forked for it: all is imported already, so that hundreds take minutes.

The processes are forked from a server that has imported everything and computed nothing (threads that computed do not
survive a fork), one at a time.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from attack.attempt import SECONDS, Ended

_ROOM = 12 << 30  # bytes of addresses beyond which an attempt is refused memory, so that it cannot take the machine's


def trasluz(*words: str | Path, folder: Path, seconds: float = SECONDS) -> Ended:
    """Runs ``trasluz`` with ``words`` in ``folder``; stopped when it takes longer than ``seconds``."""
    return call(_command, [str(word) for word in words], folder, seconds)


def call(work: Callable[[Sequence[str]], int], words: Sequence[str], folder: Path, seconds: float = SECONDS) -> Ended:
    """Runs ``work(words)``, a function of a module, which gives the exit code, in ``folder``."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["attack.imported"])
    with tempfile.NamedTemporaryFile(prefix="trasluz-said-") as said:
        process = context.Process(target=_child, args=(work, list(words), str(folder), said.name), daemon=True)
        started = time.monotonic()
        process.start()
        process.join(seconds)
        hung = process.is_alive()
        if hung:
            process.kill()
            process.join()
        took = time.monotonic() - started
        text = Path(said.name).read_text(encoding="utf-8", errors="replace")
        words_of_end, _line, told = text.rpartition(_MARK)
        code = None if hung else process.exitcode
        process.close()
    memory = int(told.split()[0]) if _line else 0
    return Ended(code, words_of_end if _line else text, took, memory)


_MARK = "\n\0end of attempt "


def _child(work: Callable[[Sequence[str]], int], words: list[str], folder: str, said: str) -> None:
    """The forked process: says into the file ``said``, then how much memory it held, then ends."""
    descriptor = os.open(said, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(descriptor, stream)
    sys.stdout, sys.stderr = os.fdopen(1, "w", buffering=1), os.fdopen(2, "w", buffering=1)
    sys.stdin = open(os.devnull)  # noqa: SIM115, PTH123 - for as long as the process lives
    resource.setrlimit(resource.RLIMIT_AS, (_ROOM, _ROOM))
    os.chdir(folder)
    os.environ |= {"COLUMNS": "200", "OMP_NUM_THREADS": "1"}
    code = work(words)
    sys.stdout.flush()
    sys.stderr.flush()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    os.write(1, f"{_MARK}{peak}".encode())
    os._exit(code)


def _command(words: Sequence[str]) -> int:
    import torch

    from trasluz.cli.__main__ import run

    torch.set_num_threads(1)
    return run(words)
