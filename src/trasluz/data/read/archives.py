"""Zip and tar archives of images: their names are checked, their members read one after the other, in memory.

Refused as a whole: members whose path climbs out of the archive or is absolute, links and devices, passwords,
damage, and archives that would unpack to more than a hundred times their own size plus one gigabyte.  Of members that
share a name the first counts.  How a tar is read lies in ``tar_members``.
"""

from __future__ import annotations

import stat
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path, PurePosixPath, PureWindowsPath

from trasluz.data.read.decode import BYTE_LIMIT, DAMAGED, TOO_LARGE, Content, UnreadableImageError
from trasluz.data.read.formats import begins_like_image, is_hidden, looks_like_image
from trasluz.data.read.ignored import Ignored
from trasluz.data.read.tar_members import tar_members
from trasluz.errors import DataError, TrasluzError
from trasluz.messages import _, short
from trasluz.reading import open_regular
from trasluz.reporting import Reporter

_HEAD = 16  # bytes that tell a format
_TAR_ENDINGS = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")
_MOST_GROWTH, _FREE_GROWTH = 100, 1 << 30
_MOST_FOLDERS = 100_000  # that are looked at for being empty
_HELD_BYTES = 256 << 20  # members of a compressed tar that are kept, so that it is unpacked once, not three times


@dataclass(frozen=True)
class Archive:
    """The images of an archive; ``contents`` gives each once, with its bytes, in any order.

    ``empty_folders``: the paths of folders in it that hold no file.
    """

    names: tuple[str, ...]
    contents: Callable[[], Iterator[tuple[str, Content]]]
    ignored: Ignored = field(default_factory=Ignored)
    unreadable: tuple[tuple[str, str], ...] = ()
    empty_folders: tuple[str, ...] = ()


class _Members:
    """Collects the members of an archive and refuses what an archive of images cannot hold."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.sizes: dict[str, int] = {}
        self.unreadable: dict[str, str] = {}
        self.ignored = Ignored()
        self._folders: set[str] = set()
        self._filled: set[str] = set()
        self._passed: set[str] = set()  # folders of the system
        self._left = path.stat().st_size * _MOST_GROWTH + _FREE_GROWTH

    def add(self, raw_name: str, size: int, link: bool, head: Callable[[], bytes]) -> str | None:
        """The member's name when it is an image to be read; ``head`` gives how it begins."""
        name = self._safe(raw_name)
        if size < 0:
            self._refuse(_("{path}: its member {name!r} has a negative size; such an archive is not opened."), raw_name)
        if link:
            self._refuse(_("{path}: its member {name!r} is a link or a device; pack the files themselves."), raw_name)
        self._left -= size
        if self._left < 0:
            self._refuse(_("{path}: would unpack to far more than an archive of images can (at {name!r})."), raw_name)
        if self._is_the_systems(name):
            return None
        self._fill(name)
        if name in self.sizes:
            return None
        if not (looks_like_image(name) or self._begins_like_one(name, size, head)):
            self.ignored.add_file(name)
            return None
        if size > BYTE_LIMIT:
            self.unreadable[name] = TOO_LARGE
            return None
        self.sizes[name] = size
        return name

    def add_folder(self, raw_name: str) -> None:
        """Notes a folder; one that lies outside of the archive, or of the system, is none."""
        path = PurePosixPath(raw_name.replace("\\", "/"))
        of_system = any(map(is_hidden, path.parts))
        if len(self._folders) < _MOST_FOLDERS and not (path.is_absolute() or ".." in path.parts or of_system):
            self._folders.add(path.as_posix())

    @property
    def empty_folders(self) -> tuple[str, ...]:
        """Those that hold no file and no folder."""
        above = {parent.as_posix() for folder in self._folders for parent in PurePosixPath(folder).parents}
        return tuple(sorted(self._folders - self._filled - above))

    def _is_the_systems(self, name: str) -> bool:
        """Whether a file is the system's own, or lies in a folder that is, which counts once."""
        parts = name.split("/")
        at = next((i for i, part in enumerate(parts) if is_hidden(part)), None)
        if at == len(parts) - 1:
            self.ignored.add_file(name)
        elif at is not None and "/".join(parts[: at + 1]) not in self._passed:
            self._passed.add("/".join(parts[: at + 1]))
            self.ignored.folders[parts[at]] += 1
        return at is not None

    @staticmethod
    def _begins_like_one(name: str, size: int, head: Callable[[], bytes]) -> bool:
        return not PurePosixPath(name).suffix and size <= BYTE_LIMIT and begins_like_image(head())

    def _fill(self, name: str) -> None:
        folder = name.rpartition("/")[0]
        while folder and folder not in self._filled:
            self._filled.add(folder)
            folder = folder.rpartition("/")[0]

    def _safe(self, raw_name: str) -> str:
        name = raw_name.replace("\\", "/")
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or PureWindowsPath(name).drive or "\0" in name:
            self._refuse(
                _("{path}: its member {name!r} would lie outside of it; such an archive is not opened."), raw_name
            )
        return path.as_posix()

    def _refuse(self, message: str, name: str) -> None:
        raise DataError(message.format(path=self.path, name=short(name)))


def is_archive(path: Path) -> bool:
    """Whether a file's name is that of an archive that can be read."""
    return path.name.lower().endswith((".zip", *_TAR_ENDINGS))


def open_archive(path: Path, reporter: Reporter) -> Archive:
    """The images in a zip or tar archive.

    Raises:
        DataError: it is refused (see above).
    """
    with _damage(path):
        return _open_zip(path) if path.name.lower().endswith(".zip") else _open_tar(path, reporter)


def _open_zip(path: Path) -> Archive:
    members = _Members(path)
    infos: dict[str, zipfile.ZipInfo] = {}
    with open_regular(path) as file, zipfile.ZipFile(file) as archive:
        for info in archive.infolist():
            if info.flag_bits & 1:
                raise DataError(_("{path}: is locked with a password; pack it again without.").format(path=path))
            if info.is_dir():
                members.add_folder(info.filename)
                continue
            link = stat.S_ISLNK(info.external_attr >> 16)
            name = members.add(info.filename, info.file_size, link, partial(_zip_head, archive, info))
            if name:
                infos[name] = info

    def contents() -> Iterator[tuple[str, Content]]:
        with _damage(path), open_regular(path) as file, zipfile.ZipFile(file) as archive:
            for name, info in infos.items():
                yield name, _zip_member(archive, info)

    unreadable = tuple(members.unreadable.items())
    return Archive(tuple(infos), contents, members.ignored, unreadable, members.empty_folders)


def _zip_head(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    try:
        with archive.open(info) as file:
            return file.read(_HEAD)
    except Exception:  # whatever decompressors raise on damaged bytes
        return b""


def _zip_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Content:
    try:
        return archive.read(info)
    except Exception:  # whatever decompressors raise on damaged bytes
        return UnreadableImageError(DAMAGED)


def _open_tar(path: Path, reporter: Reporter) -> Archive:
    members = _Members(path)
    held: dict[str, bytes] | None = {}
    held_bytes = 0
    with reporter.task(_("Reading {file}").format(file=path.name), None, _("files")) as task:
        for name, read in _images_of(path, members):
            held_bytes += members.sizes[name]
            if held_bytes > _HELD_BYTES:
                held = None
            if held is not None:
                held[name] = read()
            task.advance()
    kept = held

    def contents() -> Iterator[tuple[str, Content]]:
        if kept is not None:
            yield from kept.items()
            return
        with _damage(path):
            for name, read in _images_of(path, _Members(path)):
                yield name, read()

    unreadable = tuple(members.unreadable.items())
    return Archive(tuple(members.sizes), contents, members.ignored, unreadable, members.empty_folders)


def _images_of(path: Path, members: _Members) -> Iterator[tuple[str, Callable[[], bytes]]]:
    """The images of a tar in the archive's order, and what reads them; each is read before the next is asked for."""
    for member in tar_members(path, members.add_folder):
        read = cache(member.read)  # once, though its beginning may be asked for first: going back in a tar takes long
        name = members.add(member.name, member.size, not member.is_file, partial(_head, read))
        if name:
            yield name, read


def _head(read: Callable[[], bytes]) -> bytes:
    return read()[:_HEAD]


@contextmanager
def _damage(path: Path) -> Iterator[None]:
    """Turns whatever readers of archives raise into one sentence: on hostile bytes that can be any error."""
    try:
        yield
    except (TrasluzError, UnreadableImageError):
        raise
    except Exception as error:
        message = _("{path}: this archive is cut short or damaged ({reason}); fetch or pack it again.")
        reason = (str(error) or type(error).__name__).splitlines()[0].rstrip(":")  # tarfile lists all that it tried
        raise DataError(message.format(path=path, reason=reason)) from None
