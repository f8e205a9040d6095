"""Work in a forked process that is killed (SIGKILL) at its n-th file event below a folder, or at a moment; or whose
disk is full from that event on.

A fork starts in milliseconds with everything imported, which makes hundreds of kills affordable.
"""

from __future__ import annotations

import errno
import gc
import os
import shutil
import signal
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

SECONDS = 300.0  # work that takes longer hangs; generous, because the machine may be busy
_FAR = 1 << 30
_OURS = 99  # exit code of what was no error of Trasluz
_CHANGES = ("os.rename", "os.mkdir", "os.remove", "os.rmdir", "os.truncate", "os.link", "os.symlink")
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


@dataclass(frozen=True)
class Done:
    """How forked work ended: ``code`` 0, that of Trasluz's error, or minus the signal (``None``: it hung and was
    stopped); what it printed; its seconds; the file events that it came to; and whether its disk was ``full``."""

    code: int | None
    text: str
    seconds: float
    events: int
    full: bool = False

    @property
    def killed(self) -> bool:
        """Whether it was killed as planned, not done before."""
        return self.code == -signal.SIGKILL

    @property
    def fault(self) -> str:
        """Empty where the work ended well or was killed as planned."""
        if self.code is None:
            return f"hung for {self.seconds:.0f} s"
        said = self.full and self.code == 1 and "disk is full" in self.text and "Traceback" not in self.text
        return "" if self.killed or self.code == 0 or said else f"ended with {self.code}: {self.text.strip()[-300:]}"


def fork(
    work: Callable[[], object],
    folder: Path,
    *,
    event: int | None = None,
    after: float | None = None,
    full: bool = False,
) -> Done:
    """Does ``work`` in a process of its own, killed just before its file event number ``event`` (from 1) below
    ``folder``, or ``after`` so many seconds; without either it runs to its end.  ``full``: from that event on nothing
    new can be written there, instead of the kill."""
    said, counted = folder.with_name(f"{folder.name}.said"), folder.with_name(f"{folder.name}.events")
    said.touch()
    sys.stdout.flush()
    started = time.monotonic()
    process = os.fork()
    if process == 0:
        _child(work, folder, said, counted, event, full)
    code = _wait(process, started, after)
    events = int(counted.read_text()) if counted.is_file() else 0
    done = Done(code, said.read_text(errors="replace"), time.monotonic() - started, events, full)
    said.unlink()
    counted.unlink(missing_ok=True)
    return done


def _wait(process: int, started: float, after: float | None) -> int | None:
    limit = SECONDS if after is None else after
    while True:
        found, status = os.waitpid(process, os.WNOHANG)
        if found:
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() - started > limit:
            os.kill(process, signal.SIGKILL)
            os.waitpid(process, 0)
            return -signal.SIGKILL if after is not None else None
        time.sleep(0.002)


def _child(work: Callable[[], object], folder: Path, said: Path, counted: Path, event: int | None, full: bool) -> None:
    output = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(output, 1)
    os.dup2(output, 2)
    code = _OURS
    events = _count(folder, event, full)
    try:
        work()
        code = 0
    except BaseException as error:
        code = getattr(error, "exit_code", _OURS)
        if code == _OURS:
            traceback.print_exc()
        else:
            print(error)
    finally:
        total = events[0]
        events[0] = -_FAR  # what is written from here on is not the work's
        counted.write_text(str(total))
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _count(folder: Path, fatal: int | None, full: bool) -> list[int]:
    """Counts what changes files below ``folder``, in the one number that is returned; ends the process at ``fatal``, or
    refuses from then on what needs room."""
    events, root, sync, limit = [0], str(folder.resolve()), os.fsync, _FAR if fatal is None else fatal

    def happen(needs_room: bool) -> None:
        events[0] += 1
        if not full and events[0] == limit:
            os.kill(os.getpid(), signal.SIGKILL)
        if full and needs_room and events[0] >= limit:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def opened(path: str) -> None:
        if path.startswith(root):
            happen(True)

    def hear(name: str, arguments: tuple[object, ...]) -> None:
        if name in _CHANGES:
            # What ``shutil.rmtree`` deletes has a name in its folder alone.
            if not Path(str(arguments[0])).is_absolute() or str(arguments[0]).startswith(root):
                happen(name == "os.mkdir")
        elif name == "open" and isinstance(arguments[2], int) and arguments[2] & _WRITING:
            opened(str(arguments[0]))

    def synced(descriptor: int) -> None:
        happen(True)
        sync(descriptor)

    os.fsync = synced
    sys.addaudithook(hear)
    return events


def warm() -> None:
    """Imports what the work needs before anything is forked, and keeps it out of the garbage collector's way."""
    import importlib
    import pkgutil

    import torch

    import trasluz

    torch.set_num_threads(1)
    for info in pkgutil.walk_packages(trasluz.__path__, "trasluz."):
        if not info.name.endswith("__main__"):
            importlib.import_module(info.name)
    gc.collect()
    gc.freeze()


def copy(source: Path, target: Path) -> Path:
    """A fresh copy of a folder in the place of whatever is there."""
    shutil.rmtree(target, ignore_errors=True)
    return shutil.copytree(source, target)
