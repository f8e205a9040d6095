"""All that Trasluz says to people passes through here, so that it can be said in another language.

``_`` and ``ngettext`` look up the catalogue of the language in force: the one set by ``language(...)``,
else ``TRASLUZ_LANG``, else the locale of the environment, else English.  The English sentence is the key.
Sentences with values use ``str.format`` after the look-up: ``_("{path}: no such folder").format(path=path)``.
What is kept in a file and shown later, perhaps in another language, is a ``Sentence``.
"""

from __future__ import annotations

import gettext
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Any

from trasluz.errors import nearest

LANGUAGES = ("en", "es")
# What a terminal or a browser obeys instead of showing it: C0 and C1 controls, marks that turn the direction of
# writing, line separators, and halves of characters (how Python hands over bytes of names that are no UTF-8).
_OBEYED = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
_HALVES = re.compile("[\ud800-\udfff]")
_FIELD = re.compile(r"\{(\w+)\}")
_LOCALE = Path(__file__).parent / "locale"
_language: ContextVar[str | None] = ContextVar("language", default=None)


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    return gettext.translation("trasluz", localedir=_LOCALE, languages=[language], fallback=True)


def current_language() -> str:
    """The two-letter language in force."""
    chosen = _language.get() or os.environ.get("TRASLUZ_LANG")
    chosen = chosen or os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or "en"
    return chosen[:2] if chosen[:2] in LANGUAGES else "en"


@contextmanager
def language(name: str) -> Iterator[None]:
    """Speak ``name`` (``"en"`` or ``"es"``) inside the block."""
    token = _language.set(name)
    try:
        yield
    finally:
        _language.reset(token)


def _(message: str) -> str:
    """``message`` in the language in force."""
    return _catalogue(current_language()).gettext(message)


def ngettext(singular: str, plural: str, n: int) -> str:
    """The singular or plural form for ``n`` in the language in force."""
    return _catalogue(current_language()).ngettext(singular, plural, n)


def N_(message: str) -> str:  # noqa: N802 - gettext's own name
    """Marks ``message`` for the catalogue without translating it yet."""
    return message


class Sentence(str):
    """A sentence that can be said again: text in the language in which it was made, and what it was made from.

    ``message`` and, where there is one, ``plural`` are its English, ``number`` chooses between them, ``values`` are
    filled in.  ``sentence`` and ``sentence_n`` make one, ``said`` says it anew, ``kept`` gives what a file holds.
    """

    message: str
    plural: str
    number: int
    values: Mapping[str, str | int | float]

    def __new__(
        cls, message: str, plural: str = "", number: int = 0, values: Mapping[str, str | int | float] | None = None
    ) -> Sentence:
        """The sentence in the language in force."""
        made = super().__new__(cls, _filled(message, plural, number, values or {}))
        made.message, made.plural, made.number, made.values = message, plural, number, dict(values or {})
        return made


def sentence(message: str, /, **values: str | int | float) -> Sentence:
    """``message`` with ``values`` in place of its fields ``{name}``, which stand there without a format."""
    return Sentence(message, values=values)


def sentence_n(singular: str, plural: str, n: int, /, **values: str | int | float) -> Sentence:
    """The singular or plural form for ``n`` with ``{n}`` and ``values`` filled in."""
    return Sentence(singular, plural, n, {"n": n, **values})


def said(text: str) -> str:
    """A ``Sentence`` in the language in force; other text as it is."""
    if not isinstance(text, Sentence):
        return text
    return _filled(text.message, text.plural, text.number, text.values)


def kept(text: str) -> str | dict[str, Any]:
    """What a JSON file holds of a ``Sentence``, by which ``told_again`` makes it; other text as it is."""
    if not isinstance(text, Sentence):
        return text
    plural = {"plural": text.plural, "number": text.number} if text.plural else {}
    return {"message": text.message, **plural, "values": dict(text.values)}


def told_again(held: str | Mapping[str, Any]) -> str:
    """What ``kept`` gave; the text of runs that kept their sentences in one language stays as it is."""
    return held if isinstance(held, str) else Sentence(**held)


def _filled(message: str, plural: str, number: int, values: Mapping[str, str | int | float]) -> str:
    # Not ``str.format``: a message may come out of a file that others made, and its fields could reach anywhere.
    text = ngettext(message, plural, number) if plural else _(message)
    return _FIELD.sub(lambda found: str(values.get(found[1], found[0])), text)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The end of a sentence about an unknown ``word``: a question after the known one nearest to it, or nothing."""
    guess = nearest(word, known)
    return _(" Did you mean {guess}?").format(guess=guess) if guess else ""


def shown(text: str, keep: str = "", escape: str = "\\") -> str:
    """``text`` with its control characters spelled out, such as ``\\x1b``, so that no terminal obeys them.

    Those in ``keep`` stay; ``escape`` begins the others.  A byte of a name that is no UTF-8 becomes ``\\xf1``.
    """
    return _OBEYED.sub(lambda found: found[0] if found[0] in keep else _spelled(found[0], escape), text)


def escaped(json: str) -> str:
    """JSON text that says the same, with the control characters in its names as JSON's own escapes."""
    return _OBEYED.sub(lambda found: f"\\u{ord(found[0]):04x}", json)


def in_unicode(name: str) -> str:
    """The name of a file; its bytes that are no UTF-8, which no other text can hold, spelled out: ``ni\\xf1o``."""
    return name if name.isascii() else _HALVES.sub(lambda found: _spelled(found[0]), name)


def _spelled(character: str, escape: str = "\\") -> str:
    code = ord(character)
    usual = {"\n": "n", "\r": "r", "\t": "t"}.get(character)
    if 0xDC80 <= code <= 0xDCFF:  # where ``os.fsdecode`` puts a byte
        code -= 0xDC00
    return escape + (usual or (f"x{code:02x}" if code < 0x100 else f"u{code:04x}"))


def short(given: object, most: int = 120) -> str:
    """``given`` as text of at most ``most`` characters, for sentences: what people wrote can have any length."""
    text = given if isinstance(given, str) else repr(given)
    return text if len(text) <= most else f"{text[: most - 1]}…"
