"""The members of a tar archive, in its order and within bounds that do not trust what it says of itself.

Python's ``tarfile`` ends quietly at the first header that is damaged or not there, so that an archive that was cut
between two members looks whole; it reads long names and other notes between members into memory at whatever size they
announce; and a negative size sends it back to where it has been.  All three are noticed here.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import tarfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from trasluz.errors import DataError
from trasluz.messages import _, ngettext
from trasluz.reading import open_regular

_NOTE = 1 << 20  # bytes of a long name or the like
_PIECE = 1 << 20  # that a member is read by
_END = 512  # bytes of zeros that end an archive
_OPENERS: dict[bytes, Callable[[Any], Any]] = {
    b"\x1f\x8b": gzip.open,
    b"BZ": bz2.open,
    b"\xfd7": lzma.open,
    b"\x5d\x00": lzma.open,
}


@dataclass(frozen=True)
class Member:
    """One entry that is no folder; ``read`` gives its bytes while it is the latest."""

    name: str
    size: int
    is_file: bool
    read: Callable[[], bytes]


class _Bounded:
    """The bytes of a tar as ``tarfile`` asks for them: small pieces between members."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.inside = False  # a member's own bytes are being read
        self.latest = b""  # what the last call read: in the end, what stood where another header was due

    def read(self, size: int = -1) -> bytes:
        if not self.inside and not 0 <= size <= _NOTE:
            raise tarfile.ReadError(_("its notes between files are larger than {most} MiB").format(most=_NOTE >> 20))
        self.latest = self._file.read(size)
        return self.latest

    def seek(self, position: int, whence: int = 0) -> int:
        return self._file.seek(position, whence)

    def tell(self) -> int:
        return self._file.tell()


def tar_members(path: Path, folder: Callable[[str], None] = lambda name: None) -> Iterator[Member]:
    """All members of the tar at ``path``, which may be compressed by gzip, bzip2 or xz, but its folders.

    ``folder`` is called with the name of each of these.

    Raises:
        DataError: it ends without the mark that ends every tar: it was cut, or is damaged from there on.
        Exception: whatever the decompressors and ``tarfile`` raise on damaged bytes.
    """
    with ExitStack() as stack:
        file: Any = stack.enter_context(open_regular(path))
        opener = _OPENERS.get(file.read(2))
        file.seek(0)
        bounded = _Bounded(stack.enter_context(opener(file)) if opener else file)
        archive = stack.enter_context(tarfile.open(fileobj=bounded, mode="r:"))  # type: ignore[call-overload]  # it needs no more of a file than this
        count, position = 0, -1
        while (info := archive.next()) is not None:
            if info.size < 0 or info.offset <= position:
                raise tarfile.ReadError(_("a file in it has a negative size"))
            count, position = count + 1, info.offset
            archive.members = []  # which would keep every header of an archive of millions
            if info.isdir():
                folder(info.name)
            else:
                yield Member(info.name, info.size, info.isfile(), partial(_bytes_of, archive, info, bounded))
        _require_end(path, bounded.latest, count)


def _bytes_of(archive: tarfile.TarFile, info: tarfile.TarInfo, bounded: _Bounded) -> bytes:
    content = bytearray()
    bounded.inside = True
    try:
        file = archive.extractfile(info)
        while file is not None and (piece := file.read(_PIECE)):
            content += piece
    finally:
        bounded.inside = False
    return bytes(content)


def _require_end(path: Path, end: bytes, count: int) -> None:
    if end == bytes(_END):
        return
    if len(end) == _END:
        message = ngettext(
            "{path}: this archive is damaged after its first {n} entry; fetch or pack it again.",
            "{path}: this archive is damaged after its first {n} entries; fetch or pack it again.",
            count,
        )
    else:
        message = ngettext(
            "{path}: this archive is cut short after {n} entry: the mark that ends an archive is missing; fetch or "
            "pack it again.",
            "{path}: this archive is cut short after {n} entries: the mark that ends an archive is missing; fetch or "
            "pack it again.",
            count,
        )
    raise DataError(message.format(path=path, n=count))
