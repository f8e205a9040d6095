"""Reading what others may have made or changed: only regular files, within limits, as what they should be or refused.

Whatever stands in the place of a file (a pipe, another kind, brackets in brackets) ends in an ``OSError`` or a
``ValueError``, so that whoever reads has these two to turn into a sentence.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import stat
import threading
import zipfile
import zlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from functools import lru_cache
from io import BufferedReader
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar

from trasluz.files import write_json
from trasluz.messages import N_, _

if TYPE_CHECKING:
    import numpy as np
    from pydantic import TypeAdapter

T = TypeVar("T")

_PIECE = 1 << 20
_MOST_TEXT = 512 << 20  # bytes of text; the largest of ours, records of a long training, have a few million
_SEAL, _ITSELF = "seal", "."
_SHOWN = 60  # characters of a wrong value
# NumPy parses an array's header with `ast`, whose depth of recursion Python 3.11 counts over all threads together: two
# that parse at once may end in a SystemError.
_headers = threading.Lock()

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


def check_regular(path: Path) -> None:
    """Makes sure that there is a regular file, for libraries that open it themselves.

    Raises:
        NotAFileError: it is something else.
        OSError: it is not there or may not be read.
    """
    with open_regular(path):
        pass


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


def read_bytes(path: Path) -> bytes:
    """What a file of text holds.

    Raises:
        OSError: it is not there, may not be read, or is no regular file.
        ValueError: it is larger than any of ours.
    """
    content = read_regular(path, _MOST_TEXT)
    if content is None:
        raise ValueError(_("{name} is too large").format(name=path.name))
    return content


def read_text(path: Path) -> str:
    """The UTF-8 text of a file.

    Raises:
        OSError, ValueError: as ``read_bytes``; or it holds other than UTF-8.
    """
    return read_bytes(path).decode()


def parse_json(text: str | bytes) -> object:
    """Plain values from JSON.

    Raises:
        ValueError: it is not JSON, or is nested too deeply.
    """
    try:
        tree: object = json.loads(text)
        return tree
    except RecursionError:
        raise ValueError(_("brackets in brackets, too many of them")) from None


def read_json(path: Path) -> object:
    """Plain values from a JSON file.

    Raises:
        OSError, ValueError: as ``read_bytes`` and ``parse_json``.
    """
    return parse_json(read_bytes(path))


def checked(kind: type[T], tree: object) -> T:
    """``tree`` as a value of a type that pydantic knows, without turning one kind into another.

    Raises:
        ValueError: it is none; says where and what was found there.
    """
    from pydantic import ValidationError  # here, because reading files needs none of it

    try:
        found: T = _adapter(kind).validate_python(tree)
        return found
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        field = ".".join(map(str, problem["loc"]))
        if problem["type"] == "missing":
            raise ValueError(_("{field} is missing").format(field=field)) from None
        given = f"{problem['input']!r:.{_SHOWN}}"
        raise ValueError(_("{field} cannot be {given}").format(field=field or _("the whole"), given=given)) from None


def _adapter(kind: type[Any]) -> TypeAdapter[Any]:
    """What checks values of a type; made once, which takes as long as a hundred checks."""
    from pydantic import TypeAdapter

    try:
        return _known_adapter(kind)  # type: ignore[arg-type]  # types can be hashed, most of them
    except TypeError:  # a type with conditions of its own cannot be looked up
        return TypeAdapter(kind)


@lru_cache(maxsize=64)
def _known_adapter(kind: type[Any]) -> TypeAdapter[Any]:
    from pydantic import TypeAdapter

    return TypeAdapter(kind)


@contextmanager
def open_arrays(path: Path) -> Iterator[Any]:
    """The ``.npz`` or ``.npy`` file as NumPy opens it, one thread at a time; nothing pickled is ever loaded.

    Raises:
        OSError: it is not there, may not be read, or is no regular file.
    """
    import numpy as np  # here, because listing runs needs none of it

    # Opened here, because NumPy leaves a damaged file open.
    with open_regular(path) as file, _headers, np.load(file, allow_pickle=False) as stored:
        yield stored


def read_arrays(path: Path) -> dict[str, np.ndarray]:
    """The arrays of an ``.npz`` file by name; nothing pickled is ever loaded.

    Raises:
        OSError: it is not there or may not be read.
        ValueError: it is no such file, damaged, or holds other than arrays of numbers and text.
    """
    try:
        with open_regular(path) as file:
            if file.read(2) != b"PK":
                raise ValueError(_("{name} holds no arrays").format(name=path.name))
        with open_arrays(path) as stored:
            return dict(stored)
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, NotImplementedError, RuntimeError, TypeError) as error:
        raise ValueError(str(error) or type(error).__name__) from None
    except (MemoryError, OverflowError, SyntaxError) as error:
        raise ValueError(_("{name} announces impossible arrays").format(name=path.name)) from error


def write_sealed(path: Path, tree: dict[str, Any]) -> None:
    """``tree`` as JSON that knows itself and the files beside it, which are there already: ``read_sealed`` notices when
    any of them is not what was written."""
    seal = {_ITSELF: _digest(_canonical(tree)), **_digests(path)}
    write_json(path, {**tree, _SEAL: seal})


def read_sealed(path: Path, *, beside: bool | Collection[str] = True) -> dict[str, Any]:
    """What ``write_sealed`` wrote, or a mapping that was never sealed, as it is.

    ``beside``: also look at the files beside it, or at those of these names.

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
        now = _digests(path, None if beside is True else beside)
        changed = [name for name in seal if (beside is True or name in beside) and seal[name] != now.get(name)]
        if changed:
            raise ValueError(_("{name} changed since it was written").format(name=changed[0]))
    return tree


def _canonical(tree: object) -> bytes:
    """One text for one tree, whether it was read or is going to be written."""
    return json.dumps(json.loads(json.dumps(tree)), sort_keys=True).encode()


def _digests(path: Path, names: Collection[str] | None = None) -> dict[str, str]:
    """The digests of the files beside ``path``: all, or those of these ``names``."""
    entries = sorted(path.parent.iterdir()) if names is None else [path.parent / name for name in sorted(names)]
    found = (one for one in entries if one.is_file() and one.name != path.name)
    return {one.name: _digest(one.read_bytes()) for one in found}


def _digest(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=16).hexdigest()


def reason_of(error: OSError) -> str:
    """Why a file of data cannot be read, in English, ready for ``_()``."""
    if isinstance(error, NotAFileError):
        return NOT_A_FILE
    if isinstance(error, PermissionError):
        return FORBIDDEN
    return TOO_LONG if error.errno == errno.ENAMETOOLONG else MISSING
