"""Which process this is, in words that another one, also on another host, can judge: whether it still runs.

A number alone does not say: numbers are given again, and mean something only to the system that gave them.
"""

from __future__ import annotations

import os
import platform
import sys
import uuid
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

_STATE, _STARTED = 0, 19  # fields of /proc/<number>/stat behind the program's name: proc_pid_stat(5)
_ENDED = "ZX"  # states of a process that ended and was not yet asked how


@dataclass(frozen=True)
class Process:
    """A process. ``host``: as people call its host; ``system``: what gives it its ``number``, one start of one host
    (in a container, the container's numbers); ``started``: when it started by that system's count, empty where the
    system does not say."""

    host: str
    system: str
    number: int
    started: str

    def runs(self) -> bool | None:
        """Whether it still runs; ``None`` where that cannot be told from here."""
        if self.system != _system() or sys.platform == "win32":  # there, signal 0 ends a process
            return None
        try:
            os.kill(self.number, 0)
        except (ProcessLookupError, OverflowError):
            return False
        except PermissionError:
            pass  # somebody else's
        fields = _stat(self.number)
        if fields and fields[_STATE] in _ENDED:
            return False
        started = _started(fields)
        return started == self.started if started and self.started else None


def this_process() -> Process:
    """The process that asks."""
    return Process(platform.node() or "localhost", _system(), os.getpid(), _started(_stat(os.getpid())))


@lru_cache(maxsize=1)
def _system() -> str:
    with suppress(OSError):
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot} {Path('/proc/self/ns/pid').readlink()}"
    return f"{platform.node()} {uuid.getnode():x}"


def _stat(number: int) -> list[str]:
    with suppress(OSError):
        return Path(f"/proc/{number}/stat").read_text(errors="replace").rpartition(")")[2].split()
    return []


def _started(fields: list[str]) -> str:
    return fields[_STARTED] if len(fields) > _STARTED else ""
