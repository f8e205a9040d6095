"""Lock: of several processes, also on several hosts that share a folder, one writes at a time.

A lock is a file beside what it guards. It names the process that holds it, which touches it every ``BEAT`` seconds.
It comes whole by one link, so that a kill leaves no half of one, and goes when the work is done. A lock that was left
behind is taken over: at once where the process can be asked and is gone; where it cannot (another host), once the file
was not touched for ``SILENCE`` seconds.  Both moments are by the clock of the disk, so hosts' clocks may differ.

Who was silent for that long and comes back (a laptop that slept) finds by ``check`` that another holds its lock.
"""

from __future__ import annotations

import errno
import json
import os
import stat
import threading
import time
import uuid
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from trasluz.errors import HeldError, RunError, TakenOverError
from trasluz.files import storage
from trasluz.messages import _
from trasluz.processes import Process, this_process

BEAT = 10.0  # seconds between signs of life
SILENCE = 120.0  # seconds without one after which a process that cannot be asked counts as gone
_POLL = 0.5  # seconds between looks of somebody who waits
_GUARD_SECONDS = 10.0  # taking over takes milliseconds
_LARGEST = 4096  # bytes of a lock that are read
_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK)


@dataclass(frozen=True)
class _Found:
    """A lock that lies there: its text, when it was last touched, and its holder where the text names one."""

    text: str
    touched: float
    process: Process | None
    since: str

    @property
    def holder(self) -> str:
        if self.process is None:
            return _("an unknown process")
        return _("process {number} on {host}").format(number=self.process.number, host=self.process.host)

    def gone(self, now: float) -> bool:
        """Whether its process is; ``now`` by the disk's clock."""
        runs = None if self.process is None else self.process.runs()
        return now - self.touched > SILENCE if runs is None else not runs


class Lock:
    """The lock ``path`` on ``guarded``, taken inside a ``with`` block or by ``take`` and ``release``."""

    def __init__(self, path: Path, guarded: Path) -> None:
        self.path, self.guarded = path, guarded
        self._text = ""  # what the file says while it is ours
        self._released = threading.Event()  # a new one each time that it is taken

    def __enter__(self) -> Lock:
        self.take()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.release()

    def take(self, waiting: Callable[[HeldError], None] | None = None) -> None:
        """Takes the lock. ``waiting``: waits for as long as others hold it, and is told once by whom.

        Raises:
            HeldError: another process holds it; nothing was changed.
            StorageError: the folder cannot be written.
        """
        told = False
        while True:
            try:
                return self._take()
            except HeldError as error:
                if waiting is None:
                    raise
                if not told:
                    waiting(error)
                told = True
            time.sleep(_POLL)

    def look(self) -> None:
        """Refuses before any work what ``take`` would refuse for certain: a holder on this host that runs.

        Raises:
            HeldError: there is one; nothing was changed.
        """
        found = _read(self.path)
        if found is not None and found.process is not None and found.process.runs():
            raise self._refusal(found)

    def _take(self) -> None:
        try:
            with storage(self.guarded):
                while not self._text:
                    self.look()
                    self._try()
        except FileNotFoundError:
            message = _("{path}: this was deleted meanwhile, so nothing can be written there.")
            raise RunError(message.format(path=self.guarded)) from None
        self._released = threading.Event()
        threading.Thread(target=self._beat, args=(self._released,), name=f"lock {self.path}", daemon=True).start()

    def _try(self) -> None:
        """Puts a lock of ours where there is none, or one that was left behind; others may be quicker.

        Raises:
            HeldError: another process holds it.
        """
        text = _text_of_this_process()
        beside = self.path.with_name(f"{self.path.name}.{uuid.uuid4().hex[:8]}")
        try:
            beside.write_text(text, encoding="utf-8")
            if _put(beside, self.path, text):
                self._text = text
                return
            found = _read(self.path)
            if found is None:
                return  # released meanwhile
            if not found.gone(beside.stat().st_mtime):
                raise self._refusal(found)
            with _alone(self.path):
                if _read(self.path) == found:
                    beside.replace(self.path)
                    self._text = text
        finally:
            with suppress(OSError):
                beside.unlink()

    def release(self) -> None:
        """Gives the lock back; one that is held by others by now is left alone."""
        self._released.set()
        if not self._text:
            return
        with suppress(OSError, RunError):
            found = _read(self.path)
            if found is not None and found.text == self._text:
                with _alone(self.path):
                    if self._ours():
                        self.path.unlink()
                _sweep(self.path, found.touched)
        self._text = ""

    def check(self) -> None:
        """Makes sure that the lock is still ours, before something is written that it guards.

        Raises:
            TakenOverError: another process took it, because this one was silent for too long.
        """
        found = _read(self.path)
        if found is None or found.text == self._text:
            return
        message = _(
            "{path}: {holder} took over, because this process gave no sign of life for over {limit:.0f} s; "
            "it writes nothing more."
        )
        raise TakenOverError(message.format(path=self.guarded, holder=found.holder, limit=SILENCE))

    def _ours(self) -> bool:
        found = _read(self.path)
        return found is not None and found.text == self._text

    def _beat(self, released: threading.Event) -> None:
        while not released.wait(BEAT):
            with suppress(OSError, RunError):
                if self._ours():
                    os.utime(self.path)

    def _refusal(self, found: _Found) -> HeldError:
        silent = found.process is None or found.process.runs() is None
        message = _("{path}: {holder} has been writing here since {since}; wait until it is done, or stop it.")
        if silent:
            message = _(
                "{path}: {holder} has been writing here since {since}; wait until it is done, or stop it (it counts as "
                "gone once it gave no sign of life for {limit:.0f} s)."
            )
        text = message.format(path=self.guarded, holder=found.holder, since=_local(found), limit=SILENCE)
        return HeldError(text, found.holder)


def lock_of(folder: Path) -> Lock:
    """The lock of a whole folder: ``.lock`` in it."""
    return Lock(folder / ".lock", folder)


def locks_in(folder: Path) -> tuple[Path, Path]:
    """The files that the lock of ``folder`` can leave in it: itself, and what guards it for moments."""
    path = lock_of(folder).path
    return path, _guard_of(path)


def _guard_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.guard")


def _text_of_this_process() -> str:
    since = datetime.now(UTC).isoformat(timespec="seconds")
    return json.dumps({**asdict(this_process()), "since": since, "token": uuid.uuid4().hex}) + "\n"


def _put(beside: Path, path: Path, text: str) -> bool:
    """Makes ``beside`` appear as ``path`` too, unless there is one."""
    try:
        os.link(beside, path)
    except FileExistsError:
        found = _read(path)
        return found is not None and found.text == text  # a shared folder may do it and lose the answer
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(text)
        except FileExistsError:
            return False
    return True


def _read(path: Path) -> _Found | None:
    """The lock at ``path``, ``None`` where there is none.

    Raises:
        RunError: what lies there is no file.
    """
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            raise RunError(_("{path}: this is not a lock, because it is no file; remove it.").format(path=path))
        descriptor = os.open(path, flags)
    except FileNotFoundError:
        return None
    except PermissionError:
        return _Found("", path.lstat().st_mtime, None, "")
    with os.fdopen(descriptor, "rb") as file:
        touched = os.fstat(file.fileno()).st_mtime
        text = file.read(_LARGEST).decode(errors="replace")
    process, since = _parsed(text)
    return _Found(text, touched, process, since)


def _parsed(text: str) -> tuple[Process | None, str]:
    try:
        tree: dict[str, Any] = dict(json.loads(text))
        number = int(tree["number"])
        if number < 1:
            return None, ""
        process = Process(str(tree["host"])[:80], str(tree["system"]), number, str(tree["started"]))
        return process, datetime.fromisoformat(tree["since"]).isoformat()
    except (ValueError, KeyError, TypeError, RecursionError):
        return None, ""


def _local(found: _Found) -> str:
    """Since when a lock is held, in the reader's time."""
    since = datetime.fromisoformat(found.since) if found.since else datetime.fromtimestamp(found.touched)
    return since.astimezone().strftime("%Y-%m-%d %H:%M:%S")


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """One process at a time decides about the lock at ``path``: the system's own lock, which a kill frees.

    Where a folder knows none, the block runs all the same: what it does is a matter of microseconds.
    """
    from filelock import FileLock, Timeout

    guard = _guard_of(path)
    system = FileLock(guard, timeout=_GUARD_SECONDS)
    with suppress(OSError, NotImplementedError, Timeout), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that it falls back to a lock like ours
        system.acquire()
    try:
        yield
    finally:
        if system.is_locked:
            with suppress(OSError):
                guard.unlink()  # while it is held: who waits for it notices and makes a new one
            system.release()


def _sweep(path: Path, now: float) -> None:
    """Removes what processes that were killed while they took the lock ``path`` left beside it."""
    for left in path.parent.glob(f"{path.name}.????????"):
        with suppress(OSError, RunError):
            found = _read(left)
            if found is not None and found.gone(now):
                left.unlink()
