"""A single image file as data: one sample without a label."""

from __future__ import annotations

from pathlib import Path

from trasluz.data.read.formats import looks_like_image
from trasluz.data.read.raw import ImageFiles, Listing
from trasluz.recipe import DataSection
from trasluz.reporting import Reporter


def claims(path: Path) -> bool:
    """Whether ``path`` has the name of an image file."""
    return path.is_file() and looks_like_image(path.name)


def open_path(path: Path, section: DataSection, reporter: Reporter) -> ImageFiles:
    """The image at ``path``."""
    facts = path.stat()
    identity = [str(path.resolve()), facts.st_size, facts.st_mtime_ns]
    return ImageFiles(path.name, identity, lambda reporter: Listing((path.name,), lambda: iter([(0, path)])))
