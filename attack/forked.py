"""Commands and functions under attack, each in a process forked for it: hundreds of them in minutes.

Importing PyTorch takes some seconds, which for a thousand small attacks would be most of an hour.  The processes are
forked from a server that has imported everything (``attack/imported.py``) and computed nothing, because threads that
computed do not survive a fork.  Each is the head of a session of its own, is watched as in ``attack/attempt.py``, and
has on its path what the server has: never the current folder, as it is for the program ``trasluz``.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import NoReturn

from attack.attempt import MEMORY, SECONDS, Ended, resident

_ROOM = 12 << 30  # bytes of addresses beyond which an attempt is refused memory, so that it cannot take the machine's
_OUT, _ERR, _PEAK = "out", "err", "peak"
_LONGEST_PAUSE = 0.1  # seconds between two looks at a process


def trasluz(
    *words: str | Path,
    folder: Path,
    more: Mapping[str, str] | None = None,
    seconds: float = SECONDS,
    apart: bool = False,
) -> Ended:
    """Runs ``trasluz`` with ``words`` in ``folder``; ``more``: further variables of its environment; ``apart``: its
    standard error in ``err`` instead of in ``text``."""
    return call(_command, [str(word) for word in words], folder, seconds, more=more, apart=apart)


def call(
    work: Callable[[Sequence[str]], int],
    words: Sequence[str],
    folder: Path,
    seconds: float = SECONDS,
    *,
    more: Mapping[str, str] | None = None,
    apart: bool = False,
) -> Ended:
    """Runs ``work(words)``, a function of a module which gives the exit code, in ``folder``; its whole session is
    stopped when it takes longer than ``seconds`` or more memory than ``MEMORY``."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["attack.imported"])
    with tempfile.TemporaryDirectory(prefix="trasluz-said-") as place:
        said = Path(place)
        given = (work, list(words), str(folder), place, dict(more or {}), apart)
        process = context.Process(target=_child, args=given)
        started = time.monotonic()
        process.start()
        hung, peak = _watch(process, started + seconds)
        took, code = time.monotonic() - started, process.exitcode
        process.close()
        text, err = (_read(said / name) for name in (_OUT, _ERR))
        peak = max(peak, int(_read(said / _PEAK) or 0))
    return Ended(None if hung else code, text, took, peak, err)


def _watch(process: BaseProcess, end: float) -> tuple[bool, int]:
    """Waits for the process: whether it was stopped because it hung, and the most memory seen."""
    peak, pause = 0, 0.005
    while process.is_alive():
        assert process.pid is not None
        peak = max(peak, resident(process.pid))
        hung = time.monotonic() > end
        if hung or peak > MEMORY:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.join()
            return hung, peak
        process.join(pause)
        pause = min(2 * pause, _LONGEST_PAUSE)
    return False, peak


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""


def _child(
    work: Callable[[Sequence[str]], int], words: list[str], folder: str, said: str, more: dict[str, str], apart: bool
) -> NoReturn:
    code = 1
    try:
        os.setsid()
        _speak_into(Path(said), apart)
        resource.setrlimit(resource.RLIMIT_AS, (_ROOM, _ROOM))
        os.chdir(folder)
        os.environ |= {"COLUMNS": "200", "OMP_NUM_THREADS": "1", **more}
        code = work(words)
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    except BaseException:  # whatever it is, it is what the command said
        traceback.print_exc()
    finally:
        with suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        (Path(said) / _PEAK).write_text(str(peak))
        os._exit(code)


def _speak_into(said: Path, apart: bool) -> None:
    """Both streams into one file, in the order of what is said, or into one each; nothing to read from."""
    how = os.O_CREAT | os.O_WRONLY | os.O_APPEND
    os.dup2(os.open(said / _OUT, how), 1)
    os.dup2(os.open(said / _ERR, how) if apart else 1, 2)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    sys.stdin = os.fdopen(0, encoding="utf-8")
    sys.stdout, sys.stderr = (os.fdopen(stream, "w", buffering=1, encoding="utf-8") for stream in (1, 2))


def _command(words: Sequence[str]) -> int:
    """The program, as it is started with these words; it ends in ``SystemExit``."""
    import torch

    from trasluz.cli.__main__ import main

    torch.set_num_threads(1)
    sys.argv = ["trasluz", *words]
    main()
    return 0
