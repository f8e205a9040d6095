"""Writing files so that a kill or a full disk at any moment leaves the old file or the new one, never half of one; and
reading what others made: only regular files, never more than was agreed on, JSON of any depth without a crash."""

from __future__ import annotations

import errno
import json
import os
import shutil
import stat
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BufferedReader
from pathlib import Path
from typing import Any, BinaryIO

from trasluz.errors import StorageError
from trasluz.messages import N_, _

_REASONS = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EFBIG, errno.EIO)
_ATTEMPTS = 100  # at one folder, which each of as many threads may replace in between
_PIECE = 1 << 20
_JSON_BYTES = 64 << 20  # of one JSON file; ours have a few thousand, those with all images' names some millions

NOT_A_FILE = N_("a pipe, socket or device, not a file")
FORBIDDEN = N_("may not be read")
MISSING = N_("no such file")
TOO_LONG = N_("its path is too long")


class NotAFileError(OSError):
    """A pipe, socket, device or folder where a file belongs: reading it could hang or never end."""

    def __init__(self, path: Path) -> None:
        super().__init__(errno.EINVAL, _(NOT_A_FILE), str(path))


def open_regular(path: Path) -> BufferedReader:
    """The regular file at ``path``, also through links, open for reading.

    Anything else is not even opened, because opening a pipe waits and opening a device can set it going; what was put
    in the file's place in between is noticed, too.

    Raises:
        NotAFileError: it is something else.
        OSError: it is not there or may not be read.
    """
    if not stat.S_ISREG(path.stat().st_mode):
        raise NotAFileError(path)
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise NotAFileError(path)
        return os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def read_regular(path: Path, most: int) -> bytes | None:
    """The bytes of a regular file; ``None`` where there are more than ``most``, whatever its size claims.

    Raises:
        NotAFileError: it is a pipe, socket, device or folder.
        OSError: it is not there or may not be read.
    """
    with open_regular(path) as file:
        announced = os.fstat(file.fileno()).st_size
        if announced > most:
            return None
        content = _read(file, announced + 1, path)  # no more than this is set aside for it, and usually all of it
        while announced < len(content) <= most:  # it grew, or is one of the kernel's, which announce no size
            announced = len(content)
            content += _read(file, min(most + 1 - announced, _PIECE), path)
    return None if len(content) > most else content


def _read(file: BinaryIO, size: int, path: Path) -> bytes:
    content: bytes | None = file.read(size)
    if content is None:  # it would have had to wait, as for the kernel's own log, which calls itself a regular file
        raise NotAFileError(path)
    return content


def read_json(path: Path) -> Any:
    """What the JSON file ``path`` holds.

    Raises:
        OSError: it is not there, may not be read, or is no regular file.
        ValueError: it is no JSON in UTF-8, nested too deeply, or larger than 64 MiB.
    """
    content = read_regular(path, _JSON_BYTES)
    if content is None:
        raise ValueError(_("larger than {most} MiB").format(most=_JSON_BYTES >> 20))
    try:
        return json.loads(content)
    except RecursionError:
        raise ValueError(_("nested too deeply")) from None


def json_bytes(tree: object, indent: int | None = None) -> bytes:
    """JSON in UTF-8; what a name holds that is no Unicode is escaped, and is read back as it was."""
    return json.dumps(tree, indent=indent, ensure_ascii=False).encode(errors="backslashreplace")


def reason_of(error: OSError) -> str:
    """Why a file of data cannot be read, in English, ready for ``_()``."""
    if isinstance(error, NotAFileError):
        return NOT_A_FILE
    if isinstance(error, PermissionError):
        return FORBIDDEN
    return TOO_LONG if error.errno == errno.ENAMETOOLONG else MISSING


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


def sync_folder(folder: Path) -> None:
    """Makes renames inside ``folder`` durable where the system allows opening folders."""
    if os.name == "nt":
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


def write_bytes(path: Path, content: bytes) -> None:
    """Writes ``path`` beside the target, synced, then renamed over it."""
    with storage(path):
        beside = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}")
        try:
            with beside.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
        sync_folder(path.parent)


def write_json(path: Path, tree: object) -> None:
    """``tree`` as readable UTF-8 JSON, written atomically."""
    write_bytes(path, json_bytes(tree, indent=2) + b"\n")


@contextmanager
def new_folder(target: Path) -> Iterator[Path]:
    """A folder beside ``target`` to fill; renamed to ``target`` (replacing it) when the block ends without error."""
    with storage(target):
        beside = target.with_name(f".{target.name}.{uuid.uuid4().hex[:8]}")
        beside.mkdir(parents=True)
        try:
            yield beside
            for path in beside.rglob("*"):
                if path.is_file():
                    _sync_file(path)
            _put_in_place(beside, target)
        finally:
            shutil.rmtree(beside, ignore_errors=True)


def _put_in_place(beside: Path, target: Path) -> None:
    """Renames ``beside`` to ``target``, from which whatever stands there is moved away first."""
    for attempt in range(_ATTEMPTS):
        old = target.with_name(f".{target.name}.old-{uuid.uuid4().hex[:8]}")
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


def _sync_file(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())
