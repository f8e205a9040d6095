"""Commands in processes of their own, forked from one that has imported everything: hundreds in the time of tens.

Importing PyTorch takes some seconds, which for a thousand small attacks would be most of an hour.  A forked command
starts with the modules loaded and nothing else; what it prints goes to files, and it is watched as in ``attempt``.
"""

from __future__ import annotations

import os
import sys
import time
import traceback
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from attack.attempt import MEMORY, SECONDS, Ended, _resident

_OUT, _ERR = "stdout.txt", "stderr.txt"


def warm_up() -> None:
    """Imports what commands import."""
    import trasluz.api.data
    import trasluz.api.evaluating
    import trasluz.api.findings
    import trasluz.api.run
    import trasluz.api.training
    import trasluz.data.opening
    import trasluz.families.classifier  # noqa: F401 - all for their modules


def forked(words: Sequence[str], folder: Path, more: Mapping[str, str], seconds: float = SECONDS) -> tuple[Ended, str]:
    """Runs ``trasluz`` with ``words`` in ``folder``: how it ended with its standard output, and its standard error."""
    started = time.monotonic()
    child = os.fork()
    if child == 0:
        _command(words, folder, more)
    peak, code, done, pause = 0, None, 0, 0.01
    while not done:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            code = os.waitstatus_to_exitcode(status)
            break
        peak = max(peak, _resident(child))
        if peak > MEMORY or time.monotonic() - started > seconds:
            os.killpg(child, 9)
            os.waitpid(child, 0)
            break
        time.sleep(pause)
        pause = min(2 * pause, 0.2)
    out, err = ((folder / name).read_text(encoding="utf-8", errors="replace") for name in (_OUT, _ERR))
    return Ended(code, out, time.monotonic() - started, peak), err


def _command(words: Sequence[str], folder: Path, more: Mapping[str, str]) -> None:
    """What the forked process does; it never returns."""
    code = 99
    try:
        os.setsid()
        os.chdir(folder)
        os.environ.update(more)
        for number, name in ((1, _OUT), (2, _ERR)):
            os.dup2(os.open(name, os.O_CREAT | os.O_WRONLY), number)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        sys.stdout, sys.stderr = (os.fdopen(number, "w", encoding="utf-8") for number in (1, 2))
        sys.argv = ["trasluz", *words]
        from trasluz.cli.__main__ import main

        main()
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 0
    except BaseException:
        traceback.print_exc()
    finally:
        with suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)
