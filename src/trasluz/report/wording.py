"""Wording: what a page calls the samples of its run: images, rows of a table, or sequences.

Sections, looks and rules speak of images, which most samples are.  On the page of another run the word is exchanged
wherever a sentence is made, so that no sentence can be forgotten.  It works because *fila* and *secuencia* have the
gender of *imagen*; names that are the user's (classes, features) are left as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Literal

Kind = Literal["image", "table", "sequence"]


@dataclass(frozen=True)
class _Words:
    """What stands for the word in each language, in the singular; all plurals are regular."""

    singular: dict[str, str]
    plural: dict[str, str]


_CALLED: dict[str, _Words] = {
    "table": _Words({"en": "row", "es": "fila"}, {"en": "rows", "es": "filas"}),
    "sequence": _Words({"en": "sequence", "es": "secuencia"}, {"en": "sequences", "es": "secuencias"}),
}
_IMAGES = {
    "en": re.compile(r"\b(?P<article>an )?(?P<word>images?)\b", re.IGNORECASE),
    "es": re.compile(r"\b(?P<article>)(?P<word>im(?:agen|ágenes))\b", re.IGNORECASE),
}
_PLURALS = ("images", "imágenes")


@dataclass(frozen=True)
class _Wording:
    words: _Words
    kept: re.Pattern[str] | None


_wording: ContextVar[_Wording | None] = ContextVar("wording", default=None)


@contextmanager
def samples_called(kind: str, names: Iterable[str] = ()) -> Iterator[None]:
    """Inside the block sentences speak of samples of that ``kind``; ``names`` in them stay as they are."""
    words = _CALLED.get(kind)
    own = sorted({name for name in names if any(p.search(name) for p in _IMAGES.values())}, key=len, reverse=True)
    kept = re.compile("|".join(map(re.escape, own))) if own else None
    token = _wording.set(None if words is None else _Wording(words, kept))
    try:
        yield
    finally:
        _wording.reset(token)


def worded(text: str, language: str) -> str:
    """``text`` in ``language``, with the word for the samples of the block that it is in."""
    wording = _wording.get()
    if wording is None or language not in _IMAGES:
        return text
    pattern = _IMAGES[language]
    if wording.kept is None:
        return pattern.sub(lambda found: _exchanged(found, wording.words, language), text)
    parts, start = [], 0
    for name in [*wording.kept.finditer(text), None]:
        between = text[start : name.start() if name else len(text)]
        parts.append(pattern.sub(lambda found: _exchanged(found, wording.words, language), between))
        parts.append(name.group() if name else "")
        start = name.end() if name else len(text)
    return "".join(parts)


def _exchanged(found: re.Match[str], words: _Words, language: str) -> str:
    word = found["word"]
    instead = (words.plural if word.lower() in _PLURALS else words.singular)[language]
    if word[0].isupper():
        instead = instead.capitalize()
    article = found["article"] or ""
    return article.replace("n ", " ") + instead  # "an image", but "a row"
