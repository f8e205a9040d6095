"""Text in all languages at once: a page holds every language and shows one, so that a reader can switch.

``both("…{n}…", n=3)`` looks the sentence up in each catalogue; the extraction knows ``both`` and ``both_n`` as it
knows ``_`` and ``ngettext``.  Values may be phrases themselves.  Everything is escaped.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from markupsafe import Markup

from trasluz.draw.escaping import escape, visible
from trasluz.draw.names import integer, metric_name, split_name
from trasluz.messages import LANGUAGES, _, current_language, language, ngettext, said
from trasluz.numerals import Numeral
from trasluz.report.wording import worded

_CODE = re.compile("`([^`]+)`")


@dataclass(frozen=True)
class Phrase:
    """The same words in each language, escaped for HTML."""

    texts: Mapping[str, Markup]

    @staticmethod
    def of(say: Callable[[], str]) -> Phrase:
        """What ``say`` returns in each language."""
        texts = {}
        for name in LANGUAGES:
            with language(name):
                texts[name] = escape(worded(say(), name))
        return Phrase(texts)

    @staticmethod
    def of_texts(texts: Mapping[str, str]) -> Phrase:
        """A phrase from what each language says."""
        return Phrase({name: escape(worded(text, name)) for name, text in texts.items()})

    def __html__(self) -> str:
        """One span per language, or the bare text where all languages agree; what stands in backticks is code."""
        texts = {name: Markup(_CODE.sub(r"<code>\1</code>", str(text))) for name, text in self.texts.items()}
        if len(set(texts.values())) == 1:
            return next(iter(texts.values()))  # markup still, so that nobody escapes it again
        return Markup("").join(Markup('<span lang="{}">{}</span>').format(name, text) for name, text in texts.items())

    def __str__(self) -> str:
        return str(self.texts[current_language()])

    def __bool__(self) -> bool:
        return any(self.texts.values())

    def attribute(self, name: str) -> Markup:
        """``name="…"`` in the language in force, with each language beside it for the switch in the page."""
        parts = [Markup('{}="{}"').format(name, self.texts[current_language()])]
        parts += [Markup('data-{}-{}="{}"').format(name, lang, text) for lang, text in self.texts.items()]
        return Markup(" ").join(parts)


def plain(text: str) -> Phrase:
    """Text that is the same in every language: a name; of a number only its decimal sign differs."""
    return Phrase({name: escape(_spoken(text, name)) for name in LANGUAGES})


def _spoken(value: object, language: str) -> object:
    return value.spoken(language) if isinstance(value, Numeral) else value


NOTHING = plain("")


def both(message: str, /, **values: object) -> Phrase:
    """``message`` in each language, with ``values`` filled in."""
    return _each(lambda: _(message), values)


def both_n(singular: str, plural: str, n: int, /, **values: object) -> Phrase:
    """The singular or plural form for ``n`` in each language, with ``{n}`` and ``values`` filled in."""
    return _each(lambda: ngettext(singular, plural, n), {"n": integer(n), **values})


def kept_phrase(text: str) -> Phrase:
    """A kept ``Sentence`` in each language; other text as it is."""
    return Phrase.of(lambda: said(text))


def metric_phrase(key: str) -> Phrase:
    """The name of a metric in each language."""
    return Phrase.of(lambda: metric_name(key))


def split_phrase(split: str) -> Phrase:
    """The name of a split in each language."""
    return Phrase.of(lambda: split_name(split))


def join(phrases: list[Phrase], separator: str = " ") -> Phrase:
    """Sentences one after the other."""
    return Phrase({name: Markup(separator).join(p.texts[name] for p in phrases) for name in LANGUAGES})


def listing(phrases: list[Phrase]) -> Phrase:
    """``a, b and c``."""
    if len(phrases) < 2:
        return join(phrases)
    return both("{first} and {last}", first=join(phrases[:-1], ", "), last=phrases[-1])


def _each(say: Callable[[], str], values: Mapping[str, object]) -> Phrase:
    texts = {}
    for name in LANGUAGES:
        with language(name):
            filled = {k: _filling(value, name) for k, value in values.items()}
            texts[name] = escape(worded(say(), name)).format(**filled)
    return Phrase(texts)


def _filling(value: object, language: str) -> object:
    return value.texts[language] if isinstance(value, Phrase) else visible(_spoken(value, language))
