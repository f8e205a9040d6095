"""Half-written runs: folders that a training was stopped in the midst of making, or somebody in the midst of deleting.

``run.json`` is the last file that a new run gets and the first that goes, so such a folder has none.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

_NAMED = re.compile(r"\d{8}-.+-[0-9a-f]{6}")  # as ``RunFolder.plan`` and ``StudyFolder.create`` name folders
_FIRST = frozenset({"model", "checkpoints", "looks", "recipe.yaml", "splits.npz", "groups.npz", "runs"})


def is_half(path: Path) -> bool:
    """Whether ``path`` is a folder that a training was stopped in the midst of making (or of deleting).

    It lacks ``run.json`` or ``recipe.yaml`` and holds a run's checkpoints beside what is left, or the other of the two
    and the lock of whoever deleted it, and nothing but what a new run begins with; or is named as new runs are and
    holds nothing but what a new run, or an empty study, begins with.
    """
    if path.is_symlink() or not path.is_dir() or (path / "study.yaml").exists():
        return False
    if os.path.lexists(path / "run.json") and os.path.lexists(path / "recipe.yaml"):
        return False  # whatever they are: then it is whole, or damaged
    known = (path / "run.json").is_file() or (path / "recipe.yaml").is_file()
    if known and (path / "checkpoints").is_dir():
        return True
    entries = [entry for entry in path.iterdir() if not entry.name.startswith(".")]
    if known and (path / ".lock").is_file() and all(map(begins_with, entries)):
        return True
    studies = any(entry.name == "runs" and any(entry.iterdir()) for entry in entries)
    return bool(_NAMED.fullmatch(path.name)) and not studies and _FIRST.issuperset(entry.name for entry in entries)


def begins_with(entry: Path) -> bool:
    """Whether it is among what a new run begins with, and a deleted one ends with."""
    return entry.name in _FIRST


def is_emptied(path: Path) -> bool:
    """Whether nothing is left in a folder but the lock of whoever was deleting it."""
    if path.is_symlink() or not path.is_dir() or not (path / ".lock").is_file():
        return False
    return all(entry.name.startswith(".lock") for entry in path.iterdir())


def half_runs(runs: Path) -> Iterator[Path]:
    """The half-written folders directly under ``runs`` that have no ``run.json``, sorted."""
    for path in sorted(runs.iterdir()) if runs.is_dir() else []:
        if not path.name.startswith(".") and not (path / "run.json").is_file() and is_half(path):
            yield path
