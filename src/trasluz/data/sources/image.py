"""A single image file."""

from __future__ import annotations

from pathlib import Path

from trasluz.data.folder_files import FolderFiles
from trasluz.data.layout import ENDINGS
from trasluz.data.raw import Raw
from trasluz.recipe import DataSection
from trasluz.reporting import Reporter

ORDER = 10
NAMES = ()


def claims(source: str) -> bool:
    """Whether ``source`` is a file with an image's ending."""
    path = Path(source).expanduser()
    return path.suffix.lower() in ENDINGS and path.is_file()


def read(source: str, section: DataSection, reporter: Reporter) -> Raw:
    """The one image, without a label."""
    path = Path(source).expanduser()
    return Raw(path.stem, FolderFiles((path,), (path.name,)))
