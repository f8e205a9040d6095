"""Where named data sets are looked for, in order: ``TRASLUZ_DATA``, the system's folder, the user's cache."""

from __future__ import annotations

import os
from pathlib import Path

from trasluz.data.read.cache import entry_folder

_SYSTEM = Path("/usr/share/datasets")  # where Debian's packages of data sets put them


def data_folders() -> list[Path]:
    """The folders of ``TRASLUZ_DATA``, separated as in ``PATH``."""
    return [Path(part).expanduser() for part in os.environ.get("TRASLUZ_DATA", "").split(os.pathsep) if part]


def folders_of(name: str) -> list[Path]:
    """Folders where the files of the data set ``name`` may be."""
    own = [folder for folder in data_folders() for folder in (folder / name, folder)]
    return [*own, _SYSTEM / name, downloads_of(name)]


def downloads_of(name: str) -> Path:
    """Where the files of the data set ``name`` are downloaded to."""
    return entry_folder("downloads", name)
