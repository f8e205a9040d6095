"""A folder or archive called by its name alone, looked for in the folders of ``TRASLUZ_DATA``."""

from __future__ import annotations

from pathlib import Path

from trasluz.data.archive_files import ENDINGS
from trasluz.data.places import data_folders
from trasluz.data.raw import Raw
from trasluz.data.sources import archive, folder
from trasluz.recipe import DataSection
from trasluz.reporting import Reporter

ORDER = 20
NAMES = ()


def claims(source: str) -> bool:
    """Whether a data folder has a folder or archive of this name."""
    return _find(source) is not None


def read(source: str, section: DataSection, reporter: Reporter) -> Raw:
    """What the folder or archive holds."""
    path = _find(source)
    kind = folder if path is not None and path.is_dir() else archive
    return kind.read(str(path), section, reporter)


def _find(source: str) -> Path | None:
    if Path(source).name != source:
        return None
    for place in data_folders():
        for name in (source, *(source + ending for ending in ENDINGS)):
            path = place / name
            if path.is_dir() if name == source else path.is_file():
                return path
    return None
