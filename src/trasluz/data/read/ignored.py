"""What lies among images and is none: how many files of which kinds, and folders of the system that are passed over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from trasluz.data.read.formats import is_the_systems

SYSTEM, HIDDEN, BARE = "system", "hidden", "bare"  # kinds that are no suffix: by name, by a dot, without a suffix
_MOST_KINDS = 20
_LONGEST = 12  # characters of a suffix; what is longer is none


def kind_of(name: str) -> str:
    """The kind of an ignored file."""
    last = PurePosixPath(name).name
    if is_the_systems(last):
        return SYSTEM
    if last.startswith("."):
        return HIDDEN
    suffix = PurePosixPath(last).suffix.lower()
    return suffix if 1 < len(suffix) <= _LONGEST else BARE


@dataclass
class Ignored:
    """Counts of ``files`` by kind (a suffix in lower case, ``SYSTEM``, ``HIDDEN`` or ``BARE``), ``folders`` by name."""

    files: Counter[str] = field(default_factory=Counter)
    folders: Counter[str] = field(default_factory=Counter)

    @property
    def count(self) -> int:
        """How many files; those in folders that are passed over are not counted."""
        return self.files.total()

    def add_file(self, name: str) -> None:
        """Counts a file by its name, which may be a path."""
        self.files[kind_of(name)] += 1

    def without(self, names: Iterable[str]) -> Ignored:
        """The same but for files of these names, which turned out to be of use."""
        return Ignored(self.files - Counter(PurePosixPath(name).suffix.lower() for name in names), self.folders)

    def to_dict(self) -> dict[str, Mapping[str, int]]:
        """Of the audit: ``ignored_kinds`` and ``ignored_folders``, the most frequent first."""
        return {
            "ignored_kinds": dict(self.files.most_common(_MOST_KINDS)),
            "ignored_folders": dict(self.folders.most_common(_MOST_KINDS)),
        }
