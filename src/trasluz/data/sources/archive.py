"""A zip or tar archive of a folder of images, read without unpacking it to disk."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from trasluz.data.read.archives import is_archive, open_archive
from trasluz.data.read.decode import Content
from trasluz.data.read.listed import Found, list_images
from trasluz.data.read.raw import ImageFiles, Listing
from trasluz.recipe import DataSection
from trasluz.reporting import Reporter


def claims(path: Path) -> bool:
    """Whether ``path`` has the name of an archive."""
    return path.is_file() and is_archive(path)


def open_path(path: Path, section: DataSection, reporter: Reporter) -> ImageFiles:
    """The images in the archive at ``path``."""
    return archive_files(path, path.name, section)


def archive_files(path: Path, name: str, section: DataSection | None = None) -> ImageFiles:
    """The images in an archive, which is only looked into when they are not in the cache.

    Without ``section`` these are all images, by path, whatever the archive's folders mean.
    """
    facts = path.stat()
    identity: list[object] = [str(path.resolve()), facts.st_size, facts.st_mtime_ns]
    if section is not None:
        identity += [section.splits.given(), section.class_folder, section.domains]
    return ImageFiles(name, identity, lambda reporter: _listing(path, section, reporter))


def _listing(path: Path, section: DataSection | None, reporter: Reporter) -> Listing:
    """What is in the archive.

    Raises:
        DataError: it is damaged, encrypted, unpacks to far too much, or has members that climb out of it.
    """
    archive = open_archive(path, reporter)

    def contents(names: tuple[str, ...]) -> Iterator[tuple[int, Content]]:
        rows = {name: row for row, name in enumerate(names)}
        return ((rows[name], content) for name, content in archive.contents() if name in rows)

    found = Found(path.name, archive.names, archive.ignored, archive.unreadable, archive.empty_folders)
    return list_images(found, contents, section)
