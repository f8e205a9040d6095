"""Files and folders written whole or not at all: a kill or a full disk at any moment leaves the old or the new.

What is written lies beside its target first, under a hidden name that says who writes it; a kill leaves that behind,
and ``runs/leftovers.py`` tells such a leftover from what somebody is still writing.  A folder that others may replace
at the same time, in another thread or process, is read whole: all of the old or all of the new.
"""

from __future__ import annotations

import ctypes
import errno
import functools
import json
import os
import platform
import re
import shutil
import threading
import time
import uuid
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from trasluz.errors import RunError, StorageError
from trasluz.json_text import readable
from trasluz.messages import _

if TYPE_CHECKING:
    pass

_WRITING = (errno.EROFS, errno.EACCES, errno.EPERM, errno.EFBIG, errno.EIO)
_IN_THE_WAY = (errno.ENOTDIR, errno.EEXIST, errno.ELOOP, errno.ENAMETOOLONG)
_REASONS = (*_WRITING, *_IN_THE_WAY)
_ATTEMPTS = 100  # at one folder, which each of as many threads may replace in between
_PATIENCE = 30.0  # seconds for which a folder is tried to be read that others replace
_HERE, _EXCHANGE = -100, 2  # Linux' AT_FDCWD and RENAME_EXCHANGE

T = TypeVar("T")
HOST = f"{zlib.crc32(platform.node().encode()):08x}"
LIFE = uuid.uuid4().hex[:4]  # tells this process from an earlier one with the same number
# ``.<name>.<host>-<process>-<life and a number of its own>``, ``old-`` before the host of what was moved away; versions
# before named neither host nor process.
HIDDEN = re.compile(
    r"\.(?P<name>.+)\.(?P<old>old-)?(?:(?P<host>[0-9a-f]{8})-(?P<process>[0-9a-f]+)-(?P<life>[0-9a-f]{4}))?[0-9a-f]{8}"
)


@contextmanager
def storage(path: Path) -> Iterator[None]:
    """Turns the operating system's refusals to write ``path`` into one sentence.

    Raises:
        StorageError: disk full, quota reached, read-only or forbidden folder, failing disk.
    """
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            message = _("{path}: the disk is full, so this could not be written; free some space and try again.")
            raise StorageError(message.format(path=path)) from None
        if error.errno in _REASONS:
            message = _("{path}: cannot be written ({reason}); choose a folder that you may write to.")
            raise StorageError(message.format(path=path, reason=error.strerror)) from None
        raise


class _Together(threading.local):
    """Whether this thread waits for the disk once for many files."""

    waits: bool = False


_together = _Together()


@contextmanager
def without_waiting() -> Iterator[None]:
    """Inside, nothing that this thread writes waits for the disk: ``sync_all`` does afterwards, once for all.

    For hundreds of small runs that are written at once, most of whose time would be waiting.  A kill leaves each file
    whole or as it was even so; a power cut before ``sync_all`` has ended may leave files of the block empty.
    """
    before, _together.waits = _together.waits, True
    try:
        yield
    finally:
        _together.waits = before


def sync_all(folder: Path) -> None:
    """Waits until the file system of ``folder`` is on the disk, or all of them where they cannot be told apart."""
    if os.name == "nt":
        return
    sync = getattr(ctypes.CDLL(None), "syncfs", None)
    if sync is None:
        os.sync()
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        sync(descriptor)
    finally:
        os.close(descriptor)


def sync_file(descriptor: int) -> None:
    """Waits until an open file is on the disk, unless many are waited for together."""
    if not _together.waits:
        os.fsync(descriptor)


def sync_folder(folder: Path) -> None:
    """Makes renames inside ``folder`` durable where the system allows opening folders."""
    if os.name == "nt" or _together.waits:
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def state_of(path: Path) -> tuple[int, int, int]:
    """What differs once the file was replaced or written: what was read from it holds for as long as this is the same.

    The time alone is not enough, because two writes can fall into one tick of the file system's clock.

    Raises:
        FileNotFoundError: there is no such file.
    """
    found = path.stat()
    return found.st_mtime_ns, found.st_size, found.st_ino


def _beside(path: Path, old: str = "") -> Path:
    """A hidden name of its own in the folder of ``path``, as ``HIDDEN`` reads it."""
    return path.with_name(f".{path.name}.{old}{HOST}-{os.getpid():x}-{LIFE}{uuid.uuid4().hex[:8]}")


def is_hidden(path: Path) -> bool:
    """Whether ``path`` lies in a folder that this process is making, of which nobody else knows: whatever is written
    there needs no hidden name of its own."""
    return f".{HOST}-{os.getpid():x}-{LIFE}" in os.fspath(path.parent)


def refuse_links_out(folder: Path) -> None:
    """Makes sure that whatever lies in ``folder``, a run or a study, is really there; the folder itself may be a link.

    A stranger's run could otherwise have any file of this machine read, shown in a report, or written over.

    Raises:
        RunError: something in it is a link that leads out of it.
    """
    home, waiting = folder.resolve(), [str(folder)]
    while waiting:
        with suppress(FileNotFoundError, NotADirectoryError, PermissionError), os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if entry.is_symlink():
                    _need_inside(folder, Path(entry.path), home)
                elif entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)


def _need_inside(folder: Path, link: Path, home: Path) -> None:
    target = Path(os.path.realpath(link))  # unlike Path.resolve, it does not fail at links in a circle
    if not target.is_relative_to(home):
        message = _(
            "{path}: {link} is a link that leads out of this folder, to {target}; what a run or a study holds is read "
            "from its own folder only. Put a copy in its place, or delete it."
        )
        raise RunError(message.format(path=folder, link=link.relative_to(folder), target=target))


def write_bytes(path: Path, content: bytes, *, sync: bool = True) -> None:
    """Writes ``path`` beside the target, synced, then renamed over it.

    Without ``sync`` a kill still leaves the file whole or as it was, but a power cut may not: for pictures by the
    hundred, which can be made again.
    """
    with storage(path):
        if path.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, _("a folder is in its place"))
        if is_hidden(path):  # the folder as a whole is synced and renamed
            path.write_bytes(content)
            return
        beside = _beside(path)
        try:
            with beside.open("wb") as file:
                file.write(content)
                if sync:
                    file.flush()
                    sync_file(file.fileno())
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
        if sync:
            sync_folder(path.parent)


def json_bytes(tree: object, *, lines: bool = False) -> bytes:
    """JSON in UTF-8, in ``lines`` as people read it or in one; what a name holds that is no Unicode is escaped, and is
    read back as it was."""
    text = readable(tree) if lines else json.dumps(tree, ensure_ascii=False)
    return text.encode(errors="backslashreplace")


def write_json(path: Path, tree: object) -> None:
    """``tree`` as readable UTF-8 JSON, written atomically."""
    write_bytes(path, json_bytes(tree, lines=True) + b"\n")


@contextmanager
def new_folder(target: Path) -> Iterator[Path]:
    """A folder beside ``target`` to fill; renamed to ``target`` (replacing it) when the block ends without error.

    Inside the block, folders and files in it are written where they belong at once.
    """
    if is_hidden(target):
        with storage(target), _part_of_new(target):
            yield target
        return
    with storage(target):
        beside = _beside(target)
        beside.mkdir(parents=True)
        try:
            yield beside
            if not _together.waits:
                _sync_files(beside)
            _put_in_place(beside, target)
        finally:
            shutil.rmtree(beside, ignore_errors=True)


@contextmanager
def _part_of_new(target: Path) -> Iterator[None]:
    """An empty ``target`` in a folder that is being made; gone after an error, which somebody may go on after."""
    target.mkdir(parents=True, exist_ok=True)
    for entry in target.iterdir():  # the folder itself stays: to remove one takes some disks milliseconds
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()
    try:
        yield
    except BaseException:
        shutil.rmtree(target, ignore_errors=True)
        raise


def _put_in_place(beside: Path, target: Path) -> None:
    """Renames ``beside`` to ``target``; whatever stands there goes.

    Both change places in one move where the system can; elsewhere, for a moment, nothing stands at ``target``.
    """
    for attempt in range(_ATTEMPTS):
        with suppress(OSError):  # where a file or a folder with something in it stands there
            beside.rename(target)
            break
        if _exchanged(beside, target):
            break
        old = _beside(target, "old-")
        try:
            with suppress(FileNotFoundError):
                target.replace(old)
            beside.replace(target)
            break
        except OSError as error:
            # Somebody else put a folder there between the two renames: theirs is moved away in its turn.
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST) or attempt == _ATTEMPTS - 1:
                raise
        finally:
            shutil.rmtree(old, ignore_errors=True)
    sync_folder(target.parent)


def _exchanged(one: Path, other: Path) -> bool:
    """Whether two paths that exist have changed places, which Linux can do and not all of its file systems."""
    rename = _exchanging()
    return rename is not None and rename(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE) == 0


@functools.cache  # looking for it takes as long as a rename
def _exchanging() -> Callable[..., int] | None:
    """Linux' function that lets two paths change places, ``None`` elsewhere."""
    return getattr(ctypes.CDLL(None), "renameat2", None) if os.name == "posix" else None


def whole_folder(read: Callable[[Path], T]) -> Callable[[Path], T]:
    """``read`` of a folder that ``new_folder`` may replace meanwhile: what it gives is of one folder, old or new.

    Raises:
        RunError: the folder was replaced again and again for half a minute.
    """

    @functools.wraps(read)
    def again(folder: Path) -> T:
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until:
            with _standing_at(folder) as stands:
                try:
                    found = read(folder)
                except Exception:
                    if stands():
                        raise
                else:
                    if stands():
                        return found
            time.sleep(0.001)
        message = _("{path}: this is replaced again and again while it is read; try again when that has ended.")
        raise RunError(message.format(path=folder))

    return again


@contextmanager
def _standing_at(folder: Path) -> Iterator[Callable[[], bool]]:
    """A function that tells whether the folder is still the one that it was at first, or still absent."""
    try:
        # Held open, because the system would give the number of a folder that is gone to the next one.
        descriptor = os.open(folder, os.O_RDONLY) if os.name == "posix" else None
    except OSError:
        yield lambda: not folder.exists()
        return
    try:
        known = folder.stat() if descriptor is None else os.fstat(descriptor)
        yield lambda: _is(folder, known)
    finally:
        if descriptor is not None:
            os.close(descriptor)


def _is(folder: Path, known: os.stat_result) -> bool:
    try:
        return os.path.samestat(known, folder.stat())
    except OSError:
        return False


def _sync_files(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb+") as file:
                os.fsync(file.fileno())
