"""The runs of a study by the hash of their recipe, kept up to date by what is new instead of read again for each cell.

Others may make runs in the same folder at the same time: every look notices folders that came or went, which costs one
listing of names.  What was read of a run is read again when its ``run.json`` changed.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trasluz.errors import RequestError, RunError
from trasluz.files import state_of
from trasluz.runs.folder import FORMAT, RunFolder

State = tuple[int, int, int]


@dataclass(frozen=True)
class _Known:
    """What ``run.json`` said when it was in ``state``."""

    recipe_hash: str
    created: str
    state: State


class RunIndex:
    """The runs directly under ``runs``; of several with equal recipes the newest."""

    def __init__(self, runs: Path) -> None:
        self._runs = runs
        self._known: dict[str, _Known] = {}
        self._names: dict[str, set[str]] = {}

    def find(self, recipe_hash: str) -> RunFolder | None:
        """The run of the recipe with this hash, as things are now."""
        self._notice()
        for name in tuple(self._names.get(recipe_hash, ())):
            self._check(name)
        return self.known(recipe_hash)

    def known(self, recipe_hash: str) -> RunFolder | None:
        """The run of the recipe with this hash, as things were at the last look."""
        names = self._names.get(recipe_hash)
        return RunFolder(self._runs / max(names, key=self._age)) if names else None

    def refresh(self) -> None:
        """Looks at every run again, also for those that were trained on with another recipe meanwhile."""
        self._notice()
        for name in tuple(self._known):
            self._check(name)

    def _age(self, name: str) -> tuple[str, str]:
        return self._known[name].created, name

    def _notice(self) -> None:
        """Folders that came or went; one that cannot be read yet is tried again each time."""
        here = _names_in(self._runs)
        for name in self._known.keys() - here:
            self._forget(name)
        for name in here - self._known.keys():
            self._read(name)

    def _check(self, name: str) -> None:
        try:
            if state_of(self._runs / name / "run.json") == self._known[name].state:
                return
        except OSError:
            pass  # being deleted
        self._forget(name)
        self._read(name)

    def _read(self, name: str) -> None:
        folder = RunFolder(self._runs / name)
        try:
            state = state_of(folder.path / "run.json")  # before reading: a change in between is seen next time
            info = folder.info()
        except (RunError, OSError):
            return
        known = _Known(_hash(folder, info), str(info.get("created", "")), state)
        self._known[name] = known
        self._names.setdefault(known.recipe_hash, set()).add(name)

    def _forget(self, name: str) -> None:
        self._names[self._known.pop(name).recipe_hash].discard(name)


def _hash(folder: RunFolder, info: Mapping[str, Any]) -> str:
    """The hash of the run's recipe as it is read today: an earlier format wrote that of a recipe in other words."""
    if info["format"] == FORMAT:
        return str(info.get("recipe_hash", ""))
    try:
        return folder.recipe().hash
    except (OSError, RequestError):
        return ""


def _names_in(folder: Path) -> set[str]:
    """The folders; those that somebody is still making have hidden names."""
    if not folder.is_dir():
        return set()
    with os.scandir(folder) as entries:  # half of what ``iterdir`` costs; asked for every cell
        return {entry.name for entry in entries if not entry.name.startswith(".")}
