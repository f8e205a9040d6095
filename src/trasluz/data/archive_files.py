"""Image files in a zip or tar archive, read without unpacking it to disk."""

from __future__ import annotations

import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath

from trasluz.data.raw import Loader
from trasluz.errors import DataError
from trasluz.messages import _

ENDINGS = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")
_MEMBER_LIMIT = 512 << 20  # bytes of one unpacked file
_TOTAL_LIMIT = 256 << 30  # bytes of all of them
_DAMAGE = (tarfile.TarError, zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError)


def is_archive(path: Path) -> bool:
    """Whether the file's name has an archive's ending."""
    return path.name.lower().endswith(ENDINGS)


def list_archive(path: Path) -> list[str]:
    """Names of all files in an archive, in its order.

    Raises:
        DataError: damaged, too large unpacked, or a member that climbs out of the archive.
    """
    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                members = [(i.filename, i.file_size, False) for i in archive.infolist() if not i.is_dir()]
        else:
            with tarfile.open(path) as tar:
                members = [(m.name, m.size, not m.isreg()) for m in tar if not m.isdir()]
    except _DAMAGE as error:
        raise DataError(_("{path}: the archive cannot be read ({reason}).").format(path=path, reason=error)) from None
    for name, size, special in members:
        _check_member(path, name, size, special)
    if sum(size for _name, size, _special in members) > _TOTAL_LIMIT:
        raise DataError(
            _("{path}: unpacked, the archive is larger than {limit} GiB; unpack it to a folder first.").format(
                path=path, limit=_TOTAL_LIMIT >> 30
            )
        )
    return [name for name, _size, _special in members]


def _check_member(path: Path, name: str, size: int, special: bool) -> None:
    climbs = ".." in PurePosixPath(name).parts or ".." in PureWindowsPath(name).parts
    if climbs or PurePosixPath(name).is_absolute() or PureWindowsPath(name).drive or special:
        message = _(
            "{path}: the member {name!r} is a link, a device or leads out of the archive; make the archive again without it."
        )
        raise DataError(message.format(path=path, name=name))
    if size > _MEMBER_LIMIT:
        message = _("{path}: the member {name!r} is larger than {limit} MiB unpacked; take it out of the archive.")
        raise DataError(message.format(path=path, name=name, limit=_MEMBER_LIMIT >> 20))


@dataclass(frozen=True)
class ArchiveFiles:
    """Chosen members of an archive."""

    path: Path
    names: tuple[str, ...]

    @property
    def stamp(self) -> str:
        """The archive's size and time of change, and how many members are meant."""
        status = self.path.stat()
        return f"{self.path.name}:{status.st_size}:{status.st_mtime_ns}:{len(self.names)}"

    def loaders(self) -> Iterator[tuple[int, Loader]]:
        """Members in the archive's order: a compressed stream cannot be read at two places at once."""
        position = {name: i for i, name in enumerate(self.names)}
        if zipfile.is_zipfile(self.path):
            with zipfile.ZipFile(self.path) as archive:
                for name in self.names:
                    yield position[name], _held(archive.read(name))
            return
        with tarfile.open(self.path, "r|*") as tar:
            for member in tar:
                file = tar.extractfile(member) if member.name in position and member.isreg() else None
                if file is not None:
                    yield position[member.name], _held(file.read())


def _held(content: bytes) -> Loader:
    return lambda: content
