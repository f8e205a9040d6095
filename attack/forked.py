"""Commands of Trasluz in forks of one process that has imported everything: hundreds of them in minutes.

    with Forks() as forks:
        ended = forks.trasluz("predict", run, images, folder=folder)

Each command has a process of its own, like one that was typed, but does not wait for PyTorch.  The process that is
forked is started with ``-P``, so that the current folder is not on its path: as it is for the program ``trasluz``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import traceback
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, NoReturn

_PRELOADED = """
    trasluz.api.run trasluz.api.training trasluz.api.studies trasluz.api.looks trasluz.api.report
    trasluz.api.evaluating trasluz.api.comparing trasluz.api.generation trasluz.report.comparison
    sklearn.neighbors scipy.stats plotly
"""


class Forks:
    """Starts the process that is forked, and stops it when the block ends."""

    def __enter__(self) -> Forks:
        environment = {**os.environ, "COLUMNS": "200", "OMP_NUM_THREADS": "1"}
        words = [sys.executable, "-P", __file__]
        self._process = subprocess.Popen(
            words, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()

    def trasluz(
        self, *words: str | Path, folder: Path, more: Mapping[str, str] | None = None, seconds: float = 60.0
    ) -> Any:
        """What ``attack.attempt.trasluz`` gives, of a command in ``folder``; ``more``: variables of its environment."""
        from attack.attempt import Ended

        assert self._process.stdin is not None
        assert self._process.stdout is not None
        asked = {"words": list(map(str, words)), "folder": str(folder), "more": dict(more or {}), "seconds": seconds}
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        told = json.loads(self._process.stdout.readline())
        return Ended(**told)


def _serve() -> None:
    """Reads one command per line, and answers each with how it ended."""
    import importlib

    for name in _PRELOADED.split():
        importlib.import_module(name)
    for line in sys.stdin:
        print(json.dumps(_forked(**json.loads(line))), flush=True)


def _forked(words: list[str], folder: str, more: dict[str, str], seconds: float) -> dict[str, Any]:
    started, output = time.monotonic(), os.memfd_create("output")
    child = os.fork()
    if child == 0:
        _run(words, folder, more, output)
    code: int | None = None
    while True:
        done, status, used = os.wait4(child, os.WNOHANG)
        if done:
            code = os.waitstatus_to_exitcode(status)
            break
        if time.monotonic() - started > seconds:
            os.killpg(child, 9)
            _done, _status, used = os.wait4(child, 0)
            break
        time.sleep(0.01)
    took = time.monotonic() - started
    os.lseek(output, 0, os.SEEK_SET)
    with os.fdopen(output, "rb") as file:
        text = file.read().decode(errors="replace")
    return {"code": code, "text": text, "seconds": took, "memory": used.ru_maxrss * 1024}


def _run(words: list[str], folder: str, more: dict[str, str], output: int) -> NoReturn:
    code = 1
    try:
        os.setsid()
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(output, 1)
        os.dup2(output, 2)
        os.chdir(folder)
        os.environ.update(more)
        from trasluz.cli.__main__ import run

        code = run(words)
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    except BaseException:  # whatever it is, it is what the command said
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    _serve()
