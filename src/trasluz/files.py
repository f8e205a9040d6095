"""Writing files so that a kill or a full disk at any moment leaves the old file or the new one, never half of one."""

from __future__ import annotations

import errno
import json
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from trasluz.errors import RunError, StorageError
from trasluz.messages import _

_REASONS = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EFBIG, errno.EIO)
_ATTEMPTS = 100  # at one folder, which each of as many threads may replace in between


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
    write_bytes(path, (json.dumps(tree, indent=2, ensure_ascii=False) + "\n").encode())


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
