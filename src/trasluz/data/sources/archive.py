"""A zip or tar archive of a folder of images, read without unpacking it to disk."""

from __future__ import annotations

from pathlib import Path

from trasluz.data.read.archives import is_archive, open_archive
from trasluz.data.read.layout import read_layout
from trasluz.data.read.raw import ImageFiles, Listing
from trasluz.messages import in_unicode
from trasluz.recipe import DataSection
from trasluz.reporting import Reporter


def claims(path: Path) -> bool:
    """Whether ``path`` has the name of an archive."""
    return path.is_file() and is_archive(path)


def open_path(path: Path, section: DataSection, reporter: Reporter) -> ImageFiles:
    """The images in the archive at ``path``."""
    return archive_files(path, path.name)


def archive_files(path: Path, name: str) -> ImageFiles:
    """The images in an archive, which is only looked into when they are not in the cache."""
    facts = path.stat()
    identity = [str(path.resolve()), facts.st_size, facts.st_mtime_ns]
    return ImageFiles(name, identity, lambda reporter: _listing(path, reporter))


def _listing(path: Path, reporter: Reporter) -> Listing:
    """What is in the archive.

    Raises:
        DataError: it is damaged, encrypted, unpacks to far too much, or has members that climb out of it.
    """
    archive = open_archive(path, reporter)
    layout = read_layout(archive.names, path.name)
    names = tuple(archive.names[i] for i in layout.order)
    rows = {name: row for row, name in enumerate(names)}
    return Listing(
        tuple(map(in_unicode, names)),
        lambda: ((rows[name], content) for name, content in archive.contents()),
        layout.labels,
        splits=layout.splits,
        ignored=archive.ignored,
        unreadable=tuple((in_unicode(name), reason) for name, reason in archive.unreadable),
    )
