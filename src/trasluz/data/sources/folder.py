"""A folder of images; what its sub-folders mean is in ``layout``."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from trasluz.data.read.decode import FORBIDDEN, MISSING, Content
from trasluz.data.read.formats import is_hidden, looks_like_image
from trasluz.data.read.layout import read_layout, require_images
from trasluz.data.read.raw import ImageFiles, Listing
from trasluz.errors import DataError
from trasluz.messages import _
from trasluz.recipe import DataSection
from trasluz.reporting import Reporter


@dataclass
class Scan:
    """The image files below a folder, by relative path with ``/``: size and time of change."""

    images: dict[str, tuple[int, int]] = field(default_factory=dict)
    unreadable: list[tuple[str, str]] = field(default_factory=list)
    ignored: int = 0


def claims(path: Path) -> bool:
    """Whether ``path`` is a folder, and not one of IDX files."""
    from trasluz.data.sources import idx

    return path.is_dir() and not idx.claims(path)


def open_path(path: Path, section: DataSection, reporter: Reporter) -> ImageFiles:
    """The images below ``path``.

    Raises:
        DataError: there are none, or the folder may not be read.
    """
    return folder_files(path)


def folder_files(folder: Path) -> ImageFiles:
    """The images below ``folder``, as files that are still to be decoded."""
    scan = scan_folder(folder)
    require_images(len(scan.images) + len(scan.unreadable), scan.ignored, folder)
    identity = [str(folder.resolve()), sorted((p, *facts) for p, facts in scan.images.items()), sorted(scan.unreadable)]
    return ImageFiles(folder.resolve().name, identity, lambda reporter: _listing(folder, scan))


def scan_folder(folder: Path) -> Scan:
    """All files below ``folder``, through links too, except links back to a folder that they lie in.

    Raises:
        DataError: the folder itself may not be read.
    """
    scan = Scan()
    try:
        own = folder.stat()
        _scan(folder, "", frozenset({(own.st_dev, own.st_ino)}), scan)
    except PermissionError:
        raise DataError(_("{path}: this folder may not be read; change its permissions.").format(path=folder)) from None
    return scan


def _scan(folder: Path, prefix: str, above: frozenset[tuple[int, int]], scan: Scan) -> None:
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda entry: entry.name):
            relative = prefix + entry.name
            if is_hidden(entry.name):
                scan.ignored += not entry.is_dir(follow_symlinks=False)
                continue
            try:
                facts = entry.stat()
                is_folder = entry.is_dir()
            except OSError:
                _note_missing(relative, scan)
                continue
            if is_folder:
                _scan_below(Path(entry.path), relative, (facts.st_dev, facts.st_ino), above, scan)
            elif looks_like_image(relative):
                scan.images[relative] = (facts.st_size, facts.st_mtime_ns)
            else:
                scan.ignored += 1


def _scan_below(
    folder: Path, relative: str, identity: tuple[int, int], above: frozenset[tuple[int, int]], scan: Scan
) -> None:
    if os.name != "nt" and identity in above:
        return
    try:
        _scan(folder, relative + "/", above | {identity}, scan)
    except PermissionError:
        scan.unreadable.append((relative, FORBIDDEN))


def _note_missing(relative: str, scan: Scan) -> None:
    """A link that leads nowhere, or to itself."""
    if looks_like_image(relative):
        scan.unreadable.append((relative, MISSING))
    else:
        scan.ignored += 1


def _listing(folder: Path, scan: Scan) -> Listing:
    paths = list(scan.images)
    layout = read_layout(paths, str(folder))
    names = tuple(paths[i] for i in layout.order)

    def contents() -> Iterator[tuple[int, Content]]:
        return ((row, folder / name) for row, name in enumerate(names))

    return Listing(
        names,
        contents,
        layout.labels,
        splits=layout.splits,
        ignored=scan.ignored,
        unreadable=tuple(scan.unreadable),
    )
