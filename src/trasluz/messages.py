"""All that Trasluz says to people passes through here, so that it can be said in another language.

``_`` and ``ngettext`` look up the catalogue of the language in force: the one set by ``language(...)``,
else ``TRASLUZ_LANG``, else the locale of the environment, else English.  The English sentence is the key.
Sentences with values use ``str.format`` after the look-up: ``_("{path}: no such folder").format(path=path)``.
"""

from __future__ import annotations

import gettext
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

from trasluz.errors import nearest

LANGUAGES = ("en", "es")
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


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The end of a sentence about an unknown ``word``: a question after the known one nearest to it, or nothing."""
    guess = nearest(word, known)
    return _(" Did you mean {guess}?").format(guess=guess) if guess else ""
