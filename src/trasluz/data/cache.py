"""The user's cache: what is in it, clearing it, and arrays derived from data that are dear to compute twice."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

from trasluz.data.places import cache_folder
from trasluz.data.store import facts_of
from trasluz.errors import RequestError, StorageError
from trasluz.files import new_folder, storage
from trasluz.messages import _

_ROOMS = ("store", "derived", "downloads")


@dataclass(frozen=True)
class CacheEntry:
    """One folder of the cache: ``room`` is what kind it is, ``source`` the data that it was made from."""

    path: Path
    room: str
    name: str
    source: str
    bytes: int
    changed: datetime


def list_cache() -> list[CacheEntry]:
    """All entries, newest last."""
    found = []
    for room in _ROOMS:
        base = cache_folder() / room
        for path in base.iterdir() if base.is_dir() else ():
            if path.is_dir() and not path.name.startswith("."):
                size = sum(p.stat().st_size for p in path.rglob("*") if p.is_file())
                changed = datetime.fromtimestamp(path.stat().st_mtime).astimezone()
                source = str(facts_of(path).get("source", path.name if room == "downloads" else ""))
                found.append(CacheEntry(path, room, path.name, source, size, changed))
    return sorted(found, key=lambda entry: entry.changed)


def clear_cache(names: list[str] | None = None) -> list[CacheEntry]:
    """Deletes entries by name or source, or all of them; returns what was deleted.

    Raises:
        RequestError: no entry has such a name.
    """
    entries = list_cache()
    if names is not None:
        unknown = [name for name in names if not any(name in (e.name, e.source) for e in entries)]
        if unknown:
            raise RequestError(
                _("{name}: there is no such entry; `trasluz data cache list` shows them.").format(name=unknown[0])
            )
        entries = [entry for entry in entries if entry.name in names or entry.source in names]
    for entry in entries:
        with storage(entry.path):
            shutil.rmtree(entry.path)
    return entries


def derived(fingerprint: str, name: str, compute: Callable[[], dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """``compute()`` for data of this fingerprint, kept in the cache; computed anew where the cache cannot be used."""
    folder = cache_folder() / "derived" / f"{fingerprint[:24]}-{name}"
    try:
        with np.load(folder / "arrays.npz", allow_pickle=False) as stored:
            return dict(stored)
    except (OSError, ValueError, EOFError, KeyError):
        pass
    arrays = compute()
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with new_folder(folder) as beside:
            np.savez_compressed(beside / "arrays.npz", **arrays)  # type: ignore[arg-type]  # numpy's stub mistakes names for flags
    except (OSError, StorageError):
        pass  # a full or read-only cache costs time, not the result
    return arrays
