"""The user's cache: decoded images, downloads, and what was computed about data. All of it can be made again.

    images/<name>-<key>/    decoded images (``store``)
    facts/<name>-<key>/     duplicates and the like, by the data's fingerprint
    downloads/<name>/       files of named data sets
    weights/<name>-<key>/   pretrained weights that came in another format

``TRASLUZ_CACHE`` puts it elsewhere than where the platform keeps caches.  Entries appear and disappear by one
rename.  (``files.new_folder`` replaces what is there, which two processes at once must not do to each other.)
"""

from __future__ import annotations

import errno
import os
import re
import shutil
import time
import uuid
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

from trasluz.errors import RequestError, StorageError
from trasluz.locks import Lock
from trasluz.messages import _, did_you_mean
from trasluz.reading import read_arrays
from trasluz.reporting import Reporter

ROOMS = ("images", "facts", "downloads", "weights")
KEY_DIGITS = 16
_LEFTOVER_SECONDS = 24 * 3600
_REFUSALS = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EFBIG, errno.EIO, errno.ENOTDIR)
_NO_FOLDER = (errno.ENOENT, errno.EEXIST)  # a cache whose path is a file, or inside one that cannot be made


def cache_folder() -> Path:
    """Where the cache is; it need not exist yet."""
    from platformdirs import user_cache_path

    given = os.environ.get("TRASLUZ_CACHE")
    return Path(given).expanduser() if given else user_cache_path("trasluz", appauthor=False)


def entry_folder(room: str, name: str, key: str = "") -> Path:
    """The folder of one entry; ``name`` is any text (its letters and digits stay), ``key`` hexadecimal digits."""
    slug = re.sub(r"[^\w.-]+", "-", name).strip(".-")[:40] or "data"
    return cache_folder() / room / (f"{slug}-{key[:KEY_DIGITS]}" if key else slug)


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turns the system's refusals to write ``path`` into one sentence.

    Raises:
        StorageError: disk full, quota reached, read-only or forbidden folder, failing disk.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in (*_REFUSALS, *_NO_FOLDER):
            raise
        message = _(
            "{path}: the cache cannot be written ({reason}); free some space (`trasluz data cache clear` removes old "
            "entries) or point TRASLUZ_CACHE to another folder."
        )
        raise StorageError(message.format(path=path, reason=error.strerror)) from None


@contextmanager
def new_entry(target: Path) -> Iterator[Path]:
    """A folder beside ``target`` to fill, renamed to ``target`` when the block ends without error.

    Of two processes that make the same entry, the first to finish wins and the other's copy is dropped.

    Raises:
        StorageError: it cannot be written.
    """
    with writing(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        _remove_leftovers(target.parent)
        beside = _beside(target)
        beside.mkdir()
        try:
            yield beside
            _publish(beside, target)
        finally:
            shutil.rmtree(beside, ignore_errors=True)


@contextmanager
def making(target: Path, reporter: Reporter) -> Iterator[None]:
    """Inside, no other process makes the entry ``target``: who comes second waits, and finds it made.

    A cache that cannot be written has no locks either; what is to be written there says so.
    """
    with writing(target):
        target.parent.mkdir(parents=True, exist_ok=True)
    lock = Lock(target.with_name(f".{target.name}.lock"), target)
    with suppress(StorageError):
        lock.take(
            lambda error: reporter.say(
                _("{name}: {holder} is preparing these data; waiting for it.").format(
                    name=target.name, holder=error.holder
                )
            )
        )
    try:
        yield
    finally:
        lock.release()


def _beside(target: Path) -> Path:
    return target.with_name(f".{target.name}.{uuid.uuid4().hex[:8]}")


def _publish(beside: Path, target: Path) -> None:
    try:
        beside.rename(target)
    except OSError:
        if not target.is_dir():  # otherwise another process was faster
            raise


def drop_entry(target: Path) -> None:
    """Removes an entry, at once as seen by others.

    Raises:
        StorageError: it cannot be removed.
    """
    aside = _beside(target)
    with writing(target):
        try:
            target.rename(aside)
        except FileNotFoundError:
            return  # another process was faster
    shutil.rmtree(aside, ignore_errors=True)


def _remove_leftovers(folder: Path) -> None:
    """Removes what killed processes left half-made more than a day ago."""
    for path in folder.glob(".*"):
        try:
            old = time.time() - path.stat().st_mtime > _LEFTOVER_SECONDS
        except FileNotFoundError:
            continue
        if old:
            shutil.rmtree(path, ignore_errors=True)
            with suppress(OSError):
                path.unlink(missing_ok=True)  # a lock


def remembered(name: str, key: str, what: str, compute: Callable[[], dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """``compute()``, or what it gave before for the same ``key`` (a fingerprint) and ``what`` (with a version).

    A damaged file is computed again; a cache that cannot be written is done without.
    """
    path = entry_folder("facts", name, key) / f"{what}.npz"
    try:
        return read_arrays(path)
    except (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile, zlib.error):
        pass
    found = compute()
    beside = path.with_name(f".{what}.{uuid.uuid4().hex[:8]}.npz")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez(beside, **found)  # type: ignore[arg-type]  # numpy's stub mistakes names for flags
        beside.replace(path)
    except OSError:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
    return found


@dataclass(frozen=True)
class CacheEntry:
    """One entry: ``room`` is what kind it is, ``source`` the data that it was made from, ``bytes`` its size."""

    path: Path
    room: str
    name: str
    source: str
    bytes: int
    changed: datetime


def list_cache() -> list[CacheEntry]:
    """All entries, newest last."""
    entries = []
    for room in ROOMS:
        folder = cache_folder() / room
        for path in folder.iterdir() if folder.is_dir() else ():
            if path.is_dir() and not path.name.startswith("."):
                entries.append(_entry(room, path))
    return sorted(entries, key=lambda entry: (entry.changed, entry.name))


def _entry(room: str, path: Path) -> CacheEntry:
    source = path.name if room == "downloads" else path.name[: -KEY_DIGITS - 1]
    size = sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
    return CacheEntry(path, room, path.name, source, size, datetime.fromtimestamp(path.stat().st_mtime).astimezone())


def clear_cache(names: Sequence[str] | None = None, reporter: Reporter | None = None) -> list[CacheEntry]:
    """Removes entries by name or source, or all of them; returns what was removed.

    Raises:
        RequestError: no entry has such a name.
        StorageError: an entry cannot be removed.
    """
    entries = list_cache()
    for name in names or ():
        _require_known(name, entries)
    chosen = [entry for entry in entries if names is None or entry.name in names or entry.source in names]
    with (reporter or Reporter()).task(_("Clearing the cache"), len(chosen), _("entries")) as task:
        for entry in chosen:
            drop_entry(entry.path)
            task.advance(1, entry.name)
    for room in ROOMS:
        _remove_leftovers(cache_folder() / room)
    return chosen


def _require_known(name: str, entries: list[CacheEntry]) -> None:
    known = sorted({text for entry in entries for text in (entry.name, entry.source)})
    if name in known:
        return
    hint = did_you_mean(name, known)
    message = _("{name}: there is no such entry in the cache; `trasluz data cache list` names them.")
    raise RequestError(message.format(name=name) + hint)
