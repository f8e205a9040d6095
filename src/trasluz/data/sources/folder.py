"""A folder of images; what its sub-folders mean is in ``layout``."""

from __future__ import annotations

import os
import stat
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from trasluz.data.read.decode import Content
from trasluz.data.read.formats import begins_like_image, is_hidden, looks_like_image
from trasluz.data.read.ignored import Ignored
from trasluz.data.read.layout import require_images
from trasluz.data.read.listed import Found, list_images
from trasluz.data.read.raw import ImageFiles, Listing
from trasluz.data.read.table_beside import TableBeside, find_table
from trasluz.errors import DataError
from trasluz.messages import _
from trasluz.reading import NOT_A_FILE, open_regular, reason_of
from trasluz.recipe import DataSection
from trasluz.reporting import Reporter

Identity = tuple[int, int]  # device and number: the same folder by whatever path
_MOST_VISITS = 100  # of one folder by different links; links in linked folders can make millions of paths


@dataclass
class Scan:
    """The image files below a folder, by relative path with ``/``: size and time of change."""

    images: dict[str, tuple[int, int]] = field(default_factory=dict)
    unreadable: list[tuple[str, str]] = field(default_factory=list)
    ignored: Ignored = field(default_factory=Ignored)
    empty: list[str] = field(default_factory=list)  # folders that hold nothing


def claims(path: Path) -> bool:
    """Whether ``path`` is a folder, and not one of IDX files."""
    from trasluz.data.sources import idx

    return path.is_dir() and not idx.claims(path)


def open_path(path: Path, section: DataSection, reporter: Reporter) -> ImageFiles:
    """The images below ``path``.

    Raises:
        DataError: there are none, or the folder may not be read.
    """
    scan = _scanned(path)
    table = find_table(path, tuple(scan.images), section)
    identity = [
        *_identity(path, scan),
        sorted(scan.empty),
        section.splits.given(),
        section.class_folder,
        section.domains,
    ]
    identity.append(table.identity if table else None)
    return ImageFiles(
        path.resolve().name,
        identity,
        lambda reporter: _listing(path, scan, section, table),
        table.cells if table else lambda files: {},
    )


def folder_files(folder: Path) -> ImageFiles:
    """All images below ``folder``, by path, whatever its folders mean."""
    scan = _scanned(folder)
    return ImageFiles(folder.resolve().name, _identity(folder, scan), lambda reporter: _listing(folder, scan))


def _scanned(folder: Path) -> Scan:
    scan = scan_folder(folder)
    require_images(len(scan.images) + len(scan.unreadable), scan.ignored.count, folder)
    return scan


def _identity(folder: Path, scan: Scan) -> list[object]:
    return [str(folder.resolve()), sorted((p, *facts) for p, facts in scan.images.items()), sorted(scan.unreadable)]


def scan_folder(folder: Path) -> Scan:
    """All files below ``folder``, through links too, except links back to a folder that they lie in.

    Raises:
        DataError: the folder itself may not be read, or links lead into one of its folders again and again.
    """
    scan = Scan()
    visits: Counter[Identity] = Counter()
    try:
        found = folder.stat()
        waiting = _scan(_Inside(folder, "", _Above((found.st_dev, found.st_ino), None)), scan)
    except OSError as error:
        message = _("{path}: this folder cannot be read ({reason}); change its permissions, or give another.")
        raise DataError(message.format(path=folder, reason=_(reason_of(error)))) from None
    while waiting:  # not by recursion: folders can be nested more deeply than functions
        inside = waiting.pop()
        visits[inside.above.identity] += 1
        if os.name != "nt" and visits[inside.above.identity] > _MOST_VISITS:
            message = _(
                "{path}: its links lead into {folder} again and again; remove links until each is reached once."
            )
            raise DataError(message.format(path=folder, folder=inside.relative.rstrip("/")))
        try:
            waiting += _scan(inside, scan)
        except OSError as error:
            scan.unreadable.append((inside.relative.rstrip("/"), reason_of(error)))
    return scan


@dataclass(frozen=True)
class _Above:
    """A folder and those that it lies in, links included."""

    identity: Identity
    outer: _Above | None

    def holds(self, identity: Identity) -> bool:
        """Whether it or one that it lies in is the folder ``identity``."""
        above: _Above | None = self
        while above is not None:
            if above.identity == identity:
                return True
            above = above.outer
        return False


@dataclass(frozen=True)
class _Inside:
    """A folder to look into: its path, what its files' names begin with, and where it lies."""

    path: Path
    relative: str
    above: _Above


def _scan(inside: _Inside, scan: Scan) -> list[_Inside]:
    """Notes the files of one folder; gives its folders, the first one last."""
    folders, holds = [], False
    with os.scandir(inside.path) as entries:
        for entry in sorted(entries, key=lambda entry: entry.name):
            relative = inside.relative + entry.name
            if is_hidden(entry.name):
                _note_hidden(entry, scan)
                continue
            holds = True
            try:
                facts = entry.stat()
            except OSError as error:  # a link that leads nowhere, or to itself
                _note_unreadable(relative, reason_of(error), scan)
                continue
            identity = (facts.st_dev, facts.st_ino)
            if stat.S_ISDIR(facts.st_mode):
                if os.name == "nt" or not inside.above.holds(identity):
                    folders.append(_Inside(Path(entry.path), relative + "/", _Above(identity, inside.above)))
            elif not stat.S_ISREG(facts.st_mode):
                _note_unreadable(relative, NOT_A_FILE, scan)
            elif looks_like_image(relative) or _is_image_without_suffix(Path(entry.path)):
                scan.images[relative] = (facts.st_size, facts.st_mtime_ns)
            else:
                scan.ignored.add_file(entry.name)
    if not holds and inside.relative:
        scan.empty.append(inside.relative.rstrip("/"))
    return folders[::-1]


def _note_hidden(entry: os.DirEntry[str], scan: Scan) -> None:
    if entry.is_dir(follow_symlinks=False):
        scan.ignored.folders[entry.name] += 1
    else:
        scan.ignored.add_file(entry.name)


def _is_image_without_suffix(path: Path) -> bool:
    if path.suffix:
        return False
    try:
        with open_regular(path) as file:
            return begins_like_image(file.read(16))
    except OSError:
        return False


def _note_unreadable(relative: str, reason: str, scan: Scan) -> None:
    if looks_like_image(relative):
        scan.unreadable.append((relative, reason))
    else:
        scan.ignored.add_file(relative)


def _listing(folder: Path, scan: Scan, section: DataSection | None = None, table: TableBeside | None = None) -> Listing:
    def contents(names: tuple[str, ...]) -> Iterator[tuple[int, Content]]:
        return ((row, folder / name) for row, name in enumerate(names))

    found = Found(str(folder), tuple(scan.images), scan.ignored, tuple(scan.unreadable), tuple(scan.empty))
    return list_images(found, contents, section, table)
