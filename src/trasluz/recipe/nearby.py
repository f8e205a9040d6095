"""What somebody may have meant by the name of a recipe that there is not: a recipe, a data set, or something nearby."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from pathlib import Path

from trasluz import components
from trasluz.messages import _, short

_CLOSE = 0.6
_LONGEST = 120  # characters that are compared: what takes longer is no slip of the fingers
_LONGEST_SHOWN = 300  # of a path, which can be typed only as a whole
_MOST = 3
_MOST_FILES = 2000
_SOURCES = "trasluz.data.sources"
_KINDS = {"folder", "npz", "idx", "manifest", "table", "archive", "run"}  # of files: no data set is called so


def alike(word: str, recipes: Sequence[str]) -> list[str]:
    """Recipes, data sets, and files and folders near where ``word`` would lie, that are called almost like it."""
    path = Path(word).expanduser()
    if len(path.name) > _LONGEST:
        return []
    known = {near.name.lower(): str(near) for near in _beside(path)}
    if path.parent == Path():  # a name, not a path: it may be that of a recipe or a data set
        data = [name for name in components.own_names(_SOURCES) if name not in _KINDS]
        known |= {name.lower(): name for name in (*data, *recipes)}
    known.pop(path.name.lower(), None)
    return [known[name] for name in difflib.get_close_matches(path.name.lower(), list(known), _MOST, _CLOSE)]


def perhaps(word: str, recipes: Sequence[str]) -> str:
    """The end of a sentence about an unknown ``word``: which known ones are called almost like it, or nothing."""
    found = [short(name, _LONGEST_SHOWN) for name in alike(word, recipes)]
    if not found:
        return ""
    last = found.pop()
    guess = _("{first} or {last}").format(first=", ".join(found), last=last) if found else last
    return _(" Did you mean {guess}?").format(guess=guess)


def _beside(path: Path) -> Iterator[Path]:
    """What lies where ``path`` would lie: folders, and files whose kind their name tells."""
    try:
        for number, near in enumerate(path.parent.iterdir()):
            if number >= _MOST_FILES:
                return
            if not near.name.startswith(".") and (near.is_dir() or near.suffix):
                yield near
    except (OSError, ValueError):
        return
