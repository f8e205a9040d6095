"""What killed processes left half-made in a run: found by its hidden name, and gone when the run is next written.

A hidden file or folder of ``files.py`` says which process of which host wrote it.  It is a leftover once that process
is gone; where nobody can tell (another host, an earlier version), once it is a day old.
"""

from __future__ import annotations

import os
import re
import shutil
import time
from contextlib import suppress
from pathlib import Path

from trasluz.files import HIDDEN, HOST, LIFE

_DAY = 24 * 3600


def remove_leftovers(folder: Path, *, alone: bool = False, deep: bool = True) -> None:
    """Removes the leftovers below ``folder`` (with ``deep=False``: directly in it), and follows no link.

    What was moved away for something new that then never came is put back.  ``alone``: nobody else writes here, so
    that everything half-made is a leftover.  What cannot be removed stays.
    """
    for place, folders, files in os.walk(folder):
        for name in (*folders, *files):
            found = HIDDEN.fullmatch(name)
            path = Path(place, name)
            if found is not None and (alone or _abandoned(path, found)):
                _remove(path, path.with_name(found["name"]) if found["old"] else None)
        folders[:] = [name for name in folders if deep and not name.startswith(".")]


def _remove(path: Path, place: Path | None) -> None:
    """Removes ``path``, or puts it back to the ``place`` that it was moved away from, where nothing new came there."""
    with suppress(OSError):
        if place is not None and not place.exists():
            path.rename(place)
        elif path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _abandoned(path: Path, name: re.Match[str]) -> bool:
    try:
        aged = time.time() - path.lstat().st_mtime > _DAY
    except OSError:  # its writer was done meanwhile
        return False
    return aged or (name["host"] == HOST and not _lives(int(name["process"], 16), name["life"]))


def _lives(process: int, life: str) -> bool:
    if process == os.getpid():
        return life == LIFE
    if os.name == "nt":  # where the question would end the process
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:  # somebody else's
        return True
    return True
