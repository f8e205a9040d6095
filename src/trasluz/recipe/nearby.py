"""What somebody may have meant by the name of a recipe that there is not: a recipe, a data set, or something nearby."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from pathlib import Path

from trasluz import components
from trasluz.messages import _, short

_CLOSE = 0.6
_LONGEST = 120  # characters that are compared: what takes longer is no slip of the fingers
_MOST = 3
_MOST_FILES = 2000
_SOURCES = "trasluz.data.sources"
_KINDS = {"folder", "npz", "idx", "manifest", "table", "archive", "run"}  # of files: no data set is called so


def alike(word: str, recipes: Sequence[str]) -> list[str]:
    """Recipes, data sets, and files and folders near where ``word`` would lie, that are called almost like it."""
    if len(word) > _LONGEST:
        return []
    data = [name for name in components.own_names(_SOURCES) if name not in _KINDS]
    known = {name.lower(): name for name in (*_beside(word), *data, *recipes) if name != word}
    found = difflib.get_close_matches(word.lower(), list(known), n=_MOST, cutoff=_CLOSE)
    return [known[name] for name in found]


def perhaps(word: str, recipes: Sequence[str]) -> str:
    """The end of a sentence about an unknown ``word``: which known ones are called almost like it, or nothing."""
    found = [short(name) for name in alike(word, recipes)]
    if not found:
        return ""
    last = found.pop()
    guess = _("{first} or {last}").format(first=", ".join(found), last=last) if found else last
    return _(" Did you mean {guess}?").format(guess=guess)


def _beside(word: str) -> Iterator[str]:
    """What lies in the folder that ``word`` names, as ``word`` would name it: folders, and files that can be trained
    on or are recipes."""
    parent = Path(word).expanduser().parent
    try:
        for number, path in enumerate(parent.iterdir()):
            if number >= _MOST_FILES:
                return
            if not path.name.startswith(".") and (path.is_dir() or path.suffix):
                yield str(parent / path.name) if parent != Path() else path.name
    except (OSError, ValueError):
        return
