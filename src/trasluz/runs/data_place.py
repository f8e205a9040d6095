"""Where the data of a run lie: written when it is trained, and again when somebody says where they have moved to.

``run.json`` holds the first under ``data_place``, ``data_place.json`` the last; neither the recipe nor a hash changes
when data move.  A place is kept twice, as an absolute path and as one relative to the run's folder, so that a folder
with data and runs can be moved or copied as a whole.  It is a hint: what is found there counts only by its fingerprint.
"""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass
from pathlib import Path

from trasluz.errors import StorageError
from trasluz.files import write_json
from trasluz.messages import in_unicode
from trasluz.reading import checked, read_json

FILE = "data_place.json"
RUN_PREFIX = "run:"  # of a source that is another run


@dataclass(frozen=True)
class DataPlace:
    """``absolute`` and ``relative`` to the run's folder; empty where there is none (another drive)."""

    absolute: str
    relative: str = ""

    @staticmethod
    def of(path: Path, run: Path, prefix: str = "") -> DataPlace | None:
        """The place ``path`` as seen from the folder ``run``; ``None`` where its name is no UTF-8, as JSON is."""
        absolute = _absolute(path.expanduser())
        if in_unicode(absolute) != absolute:
            return None
        try:
            relative = os.path.relpath(absolute, _absolute(run))
        except ValueError:  # on another drive than the run
            return DataPlace(prefix + absolute)
        return DataPlace(prefix + absolute, prefix + Path(relative).as_posix())

    def sources(self, run: Path) -> tuple[str, ...]:
        """Both ways to it, as a recipe's ``data.source`` would have them."""
        if not self.relative:
            return (self.absolute,)
        prefix = RUN_PREFIX if self.relative.startswith(RUN_PREFIX) else ""
        return self.absolute, prefix + _absolute(run / self.relative.removeprefix(prefix))

    def to_dict(self) -> dict[str, str]:
        """Fit for JSON."""
        return asdict(self)


def _absolute(path: Path) -> str:
    """Without ``..``, and without following links, so that a link moves with the folder that it lies in."""
    return os.path.normpath(path.absolute())


def read_place(run: Path) -> DataPlace | None:
    """What ``data_place.json`` says; ``None`` without one, and for a damaged one, which is no more than a lost hint."""
    try:
        return place_of(read_json(run / FILE))
    except (OSError, ValueError):
        return None


def place_of(tree: object) -> DataPlace | None:
    """What was kept of a place; ``None`` for anything else."""
    try:
        return checked(DataPlace, tree)
    except ValueError:
        return None


def write_place(run: Path, place: DataPlace) -> bool:
    """Keeps ``place`` in the run; whether it could be written: a run folder may be for reading only."""
    try:
        write_json(run / FILE, place.to_dict())
    except (StorageError, OSError):
        return False
    return True
