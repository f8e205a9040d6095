"""Files written whole or not at all, and read as what they should be or refused.

Writing: a kill or a full disk at any moment leaves the old file or the new one, never half of one.  What is written
lies beside its target first, under a hidden name that says who writes it; a kill leaves that behind, and
``runs/leftovers.py`` tells such a leftover from what somebody is still writing.

Reading: whatever stands in the place of a file of ours (a pipe, another kind, brackets in brackets) ends in an
``OSError`` or a ``ValueError``, so that whoever reads has these two to turn into a sentence.  What others may replace
at the same time, in another thread or process, is read whole: all of the old or all of the new.
"""

from __future__ import annotations

import ctypes
import errno
import functools
import hashlib
import json
import os
import platform
import re
import shutil
import stat
import threading
import time
import uuid
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from trasluz.errors import RunError, StorageError
from trasluz.messages import _

if TYPE_CHECKING:
    import numpy as np

_WRITING = (errno.EROFS, errno.EACCES, errno.EPERM, errno.EFBIG, errno.EIO)
_IN_THE_WAY = (errno.ENOTDIR, errno.EEXIST, errno.ELOOP, errno.ENAMETOOLONG)
_REASONS = (*_WRITING, *_IN_THE_WAY)
_MOST_TEXT = 512 << 20  # bytes of text; the largest of ours, records of a long training, have a few million
_SEAL, _ITSELF = "seal", "."
_SHOWN = 60  # characters of a wrong value
_ATTEMPTS = 100  # at one folder, which each of as many threads may replace in between
_HERE, _EXCHANGE = -100, 2  # Linux' AT_FDCWD and RENAME_EXCHANGE

T = TypeVar("T")
# NumPy parses an array's header with `ast`, whose depth of recursion Python 3.11 counts over all threads together: two
# that parse at once may end in a SystemError.
_headers = threading.Lock()
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


def _beside(path: Path, old: str = "") -> Path:
    """A hidden name of its own in the folder of ``path``, as ``HIDDEN`` reads it."""
    return path.with_name(f".{path.name}.{old}{HOST}-{os.getpid():x}-{LIFE}{uuid.uuid4().hex[:8]}")


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


def parse_json(text: str | bytes) -> Any:
    """Plain values from JSON.

    Raises:
        ValueError: it is not JSON, is nested too deeply, or its words cannot be written down again.
    """
    try:
        tree = json.loads(text)
        if (b"\\u" in text) if isinstance(text, bytes) else ("\\u" in text):  # halves of characters, such as \ud800
            json.dumps(tree, ensure_ascii=False).encode()
    except RecursionError:
        raise ValueError(_("brackets in brackets, too many of them")) from None
    return tree


def read_json(path: Path) -> Any:
    """Plain values from a JSON file.

    Raises:
        OSError, ValueError: as ``read_text`` and ``parse_json``.
    """
    return parse_json(read_text(path))


def checked(kind: type[T], tree: Any) -> T:
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
    import numpy as np  # here, because listing runs needs none of it

    check_regular(path)
    try:
        with path.open("rb") as file:  # NumPy leaves damaged files open
            if file.read(2) != b"PK":
                raise ValueError(_("{name} holds no arrays").format(name=path.name))
            file.seek(0)
            with _headers, np.load(file, allow_pickle=False) as stored:
                return dict(stored)
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, NotImplementedError, RuntimeError, TypeError) as error:
        raise ValueError(str(error) or type(error).__name__) from None
    except (MemoryError, OverflowError, SyntaxError) as error:
        raise ValueError(_("{name} announces impossible arrays").format(name=path.name)) from error


def write_bytes(path: Path, content: bytes) -> None:
    """Writes ``path`` beside the target, synced, then renamed over it."""
    with storage(path):
        if path.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, _("a folder is in its place"))
        beside = _beside(path)
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
        beside = _beside(target)
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
    """Renames ``beside`` to ``target``; whatever stands there goes.

    Both change places in one move where the system can; elsewhere, for a moment, nothing stands at ``target``.
    """
    for attempt in range(_ATTEMPTS):
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
    rename: Any = getattr(ctypes.CDLL(None), "renameat2", None) if os.name == "posix" else None
    return rename is not None and rename(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE) == 0


def whole_folder(read: Callable[[Path], T]) -> Callable[[Path], T]:
    """``read`` of a folder that ``new_folder`` may replace meanwhile: what it gives is of one folder, old or new."""

    @functools.wraps(read)
    def again(folder: Path) -> T:
        for _attempt in range(_ATTEMPTS):
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
        return read(folder)

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


def _sync_file(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())
