"""Files written whole or not at all, and read as what they should be or refused.

Writing: a kill or a full disk at any moment leaves the old file or the new one, never half of one.  Reading: whatever
stands in the place of a file of ours (a pipe, another kind, brackets in brackets) ends in an ``OSError`` or a
``ValueError``, so that whoever reads has these two to turn into a sentence.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import stat
import uuid
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from trasluz.errors import StorageError
from trasluz.messages import _

if TYPE_CHECKING:
    import numpy as np

T = TypeVar("T")

_WRITING = (errno.EROFS, errno.EACCES, errno.EPERM, errno.EFBIG, errno.EIO)
_IN_THE_WAY = (errno.ENOTDIR, errno.EEXIST, errno.ELOOP, errno.ENAMETOOLONG)
_REASONS = (*_WRITING, *_IN_THE_WAY)
_MOST_TEXT = 512 << 20  # bytes of text; the largest of ours, records of a long training, have a few million
_SEAL, _ITSELF = "seal", "."
_SHOWN = 60  # characters of a wrong value
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


def check_regular(path: Path) -> None:
    """Makes sure that there is a file with an end of its own: neither a folder nor a pipe nor a device.

    Raises:
        OSError: there is none, or it may not be looked at.
        ValueError: it is something else.
    """
    mode = path.stat().st_mode
    if not stat.S_ISREG(mode):
        message = _("{name} is a folder") if stat.S_ISDIR(mode) else _("{name} is no regular file")
        raise ValueError(message.format(name=path.name))


def read_bytes(path: Path) -> bytes:
    """What a file of text holds.

    Raises:
        OSError: it is not there or may not be read.
        ValueError: it is no regular file, or larger than any of ours.
    """
    check_regular(path)
    if path.stat().st_size > _MOST_TEXT:
        raise ValueError(_("{name} is too large").format(name=path.name))
    return path.read_bytes()


def read_text(path: Path) -> str:
    """The UTF-8 text of a file.

    Raises:
        OSError, ValueError: as ``read_bytes``; or it holds other than UTF-8.
    """
    return read_bytes(path).decode()


def parse_json(text: str | bytes) -> object:
    """Plain values from JSON.

    Raises:
        ValueError: it is not JSON, is nested too deeply, or its words cannot be written down again.
    """
    try:
        tree: object = json.loads(text)
        if (b"\\u" in text) if isinstance(text, bytes) else ("\\u" in text):  # halves of characters, such as \ud800
            json.dumps(tree, ensure_ascii=False).encode()
    except RecursionError:
        raise ValueError(_("brackets in brackets, too many of them")) from None
    return tree


def read_json(path: Path) -> object:
    """Plain values from a JSON file.

    Raises:
        OSError, ValueError: as ``read_text`` and ``parse_json``.
    """
    return parse_json(read_text(path))


def checked(kind: type[T], tree: object) -> T:
    """``tree`` as a value of a type that pydantic knows, without turning one kind into another.

    Raises:
        ValueError: it is none; says where and what was found there.
    """
    from pydantic import TypeAdapter, ValidationError  # here, because writing files needs none of it

    try:
        return TypeAdapter(kind).validate_python(tree)
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        place = ".".join(map(str, problem["loc"]))
        if problem["type"] == "missing":
            raise ValueError(_("{field} is missing").format(field=place)) from None
        given = f"{problem['input']!r:.{_SHOWN}}"
        raise ValueError(_("{field} cannot be {given}").format(field=place or _("the whole"), given=given)) from None


def write_sealed(path: Path, tree: dict[str, Any]) -> None:
    """``tree`` as JSON that knows itself and the files beside it, which are there already: ``read_sealed`` notices when
    any of them is not what was written."""
    seal = {_ITSELF: _digest(_canonical(tree)), **_digests(path)}
    write_json(path, {**tree, _SEAL: seal})


def read_sealed(path: Path, *, beside: bool = True) -> dict[str, Any]:
    """What ``write_sealed`` wrote, or a mapping that was never sealed, as it is.

    ``beside``: also look at the files beside it.

    Raises:
        OSError, ValueError: as ``read_json``; or something is not as it was written.
    """
    tree = checked(dict[str, Any], read_json(path))
    seal = tree.pop(_SEAL, None)
    if seal is None:  # by an earlier version
        return tree
    if not isinstance(seal, dict) or seal.pop(_ITSELF, None) != _digest(_canonical(tree)):
        raise ValueError(_("{name} changed since it was written").format(name=path.name))
    if beside:
        now = _digests(path)
        changed = [name for name in seal if seal[name] != now.get(name)]
        if changed:
            raise ValueError(_("{name} changed since it was written").format(name=changed[0]))
    return tree


def _canonical(tree: object) -> bytes:
    """One text for one tree, whether it was read or is going to be written."""
    return json.dumps(json.loads(json.dumps(tree)), sort_keys=True).encode()


def _digests(path: Path) -> dict[str, str]:
    """The digests of the files beside ``path``."""
    found = (one for one in sorted(path.parent.iterdir()) if one.is_file() and one.name != path.name)
    return {one.name: _digest(one.read_bytes()) for one in found}


def _digest(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=16).hexdigest()


def read_arrays(path: Path) -> dict[str, np.ndarray]:
    """The arrays of an ``.npz`` file by name; nothing pickled is ever loaded.

    Raises:
        OSError: it is not there or may not be read.
        ValueError: it is no such file, damaged, or holds other than arrays of numbers and text.
    """
    import numpy as np

    check_regular(path)
    try:
        with path.open("rb") as file:  # NumPy leaves damaged files open
            if file.read(2) != b"PK":
                raise ValueError(_("{name} holds no arrays").format(name=path.name))
            file.seek(0)
            with np.load(file, allow_pickle=False) as stored:
                return {name: stored[name] for name in stored.files}
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, NotImplementedError, RuntimeError, TypeError) as error:
        raise ValueError(str(error) or type(error).__name__) from None
    except (MemoryError, OverflowError, SyntaxError) as error:
        raise ValueError(_("{name} announces impossible arrays").format(name=path.name)) from error


def write_bytes(path: Path, content: bytes) -> None:
    """Writes ``path`` beside the target, synced, then renamed over it."""
    with storage(path):
        if path.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, _("a folder is in its place"))
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
