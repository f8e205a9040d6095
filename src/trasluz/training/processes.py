"""The processes that train one run together: what the others do when one of them is gone.

They wait for each other at every step.  Where the connection breaks, the wait ends with an error, which becomes one
sentence here; where it does not (before all have met, or in a driver), a thread sees that a process is gone, says the
same sentence and ends its own.  Fabric would kill the first process without a word.  Whatever was trained until then
is in the run's checkpoints.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch.distributed as dist
from lightning_fabric.strategies.launchers import subprocess_script

from trasluz.errors import Interrupted, WorkError
from trasluz.messages import N_, _

_LEADER = "TRASLUZ_LEADER"  # the process that started the others
_LOOK = 0.5  # seconds between two looks at the others
_HOW = N_("`trasluz resume` with the run's folder, or start again if none was made yet")
_GRACE = 30.0  # seconds for the connection to break by itself, also on a busy machine


@contextmanager
def accompanied(several: bool) -> Iterator[None]:
    """Watches over the processes that are started inside, where there are ``several``.

    Raises:
        WorkError: another process is gone.
    """
    if not several:
        yield
        return
    watch = _Watch()
    before, leader = subprocess_script._launch_process_observer, os.environ.get(_LEADER)
    subprocess_script._launch_process_observer = watch.over
    os.environ.setdefault(_LEADER, str(os.getpid()))
    watch.start()
    try:
        with one_sentence(_(_HOW)):
            yield
    finally:
        watch.ended.set()
        subprocess_script._launch_process_observer = before
        if leader is None:
            os.environ.pop(_LEADER, None)


@contextmanager
def one_sentence(how_to_go_on: str) -> Iterator[None]:
    """Turns a broken connection between the processes into one sentence.

    Raises:
        WorkError: another process is gone.
    """
    try:
        yield
    except RuntimeError as error:
        if not isinstance(error, dist.DistError) and "gloo" not in str(error).lower():
            raise
        raise WorkError(_sentence(how_to_go_on)) from None


def _sentence(how_to_go_on: str) -> str:
    message = _("Another process of this training ended before its time; what was trained is kept. Next: {command}")
    return message.format(command=how_to_go_on)


class _Watch(threading.Thread):
    """Looks whether the others still live, and ends this process where it waits for one of them in vain."""

    def __init__(self) -> None:
        super().__init__(daemon=True, name="trasluz-processes")
        self.ended = threading.Event()
        self._children: list[subprocess.Popen[Any]] = []
        self._leader = int(os.environ.get(_LEADER, os.getppid()))
        self._is_child = _LEADER in os.environ

    def over(self, child_processes: list[subprocess.Popen[Any]]) -> None:
        """Takes the place of Fabric's own observer of the processes that it started."""
        self._children = child_processes

    def run(self) -> None:
        """Until the training has ended."""
        while not self.ended.wait(_LOOK):
            if self._somebody_is_gone():
                if not self.ended.wait(_GRACE):
                    self._leave()
                return

    def _somebody_is_gone(self) -> bool:
        codes = [child.poll() for child in self._children]
        lost = any(code not in (None, 0, Interrupted.exit_code) for code in codes)
        return lost or (self._is_child and os.getppid() != self._leader)

    def _leave(self) -> None:
        for child in self._children:
            child.kill()
        print(
            _sentence(_(_HOW)),
            file=sys.stderr,
            flush=True,
        )
        os._exit(WorkError.exit_code)
