"""Parts that installed packages bring, as their metadata say; nothing of them is imported before it is asked for.

A package names its parts as entry points of groups that are called like our packages, such as ``trasluz.families``:

    [project.entry-points."trasluz.families"]
    my-family = "my_package.my_family"

Whoever installs a package allows its code, so nobody is asked again.  Metadata are read once per process, and only
when a name is none of our own or all names are wanted.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import metadata
from typing import Any

PREFIX = "trasluz."


@dataclass(frozen=True)
class ForeignPart:
    """A part of another package: its kind (``group``), its name in recipes, where its code is, and who brings it."""

    group: str
    name: str
    module: str
    distribution: str
    version: str
    entry: metadata.EntryPoint

    @property
    def origin(self) -> str:
        """The distribution and its version, for people."""
        return f"{self.distribution} {self.version}".rstrip()

    def load(self) -> Any:
        """Imports it; whatever its code raises passes through."""
        return self.entry.load()


@cache
def foreign_parts() -> tuple[ForeignPart, ...]:
    """All of them, sorted by kind, name and distribution; names have dashes for underscores, as those of files."""
    found = metadata.entry_points()
    entries = (entry for group in found.groups if group.startswith(PREFIX) for entry in found.select(group=group))
    return tuple(sorted(map(_part, entries), key=lambda part: (part.group, part.name, part.distribution)))


def _part(entry: metadata.EntryPoint) -> ForeignPart:
    distribution, version = (entry.dist.name, entry.dist.version) if entry.dist else (entry.module, "")
    name = entry.name.replace("_", "-")
    return ForeignPart(entry.group, name, entry.value, str(distribution), str(version), entry)
