"""What do the words mean: the glossary, from which the page takes what it shows at a word."""

from __future__ import annotations

from unicodedata import combining, normalize

from trasluz.draw.names import integer
from trasluz.report.context import Context
from trasluz.report.glossary import TERMS, Term
from trasluz.report.page import fill
from trasluz.report.phrase import Phrase, both
from trasluz.report.sections.base import Section

ORDER = 120


def applies(context: Context) -> bool:
    """Every page has words."""
    return True


def answer(context: Context) -> Phrase:
    """How many there are."""
    return _count(_known(context))


def render(context: Context) -> Section:
    """A list."""
    return glossary(_known(context))


def _known(context: Context) -> tuple[Term, ...]:
    """The words for the kind of samples that the run has."""
    if context.spec.get("kind", "image") == "image":
        return TERMS
    return tuple(term for term in TERMS if not term.images)


def glossary(known: tuple[Term, ...] = TERMS) -> Section:
    """The section, for pages that are not about one run, too."""
    terms = [(term.key, both(term.forms), both(term.meaning)) for term in known]
    terms.sort(key=lambda term: _sorted_as(str(term[1])))
    html = fill("sections/glossary.html", terms=terms)
    return Section(both("What do the words mean?"), "glossary", html, "numbers", _count(known))


def _sorted_as(word: str) -> str:
    """The word without accents, so that *época* stands among the words with e."""
    return "".join(sign for sign in normalize("NFD", word.lower()) if not combining(sign))


def _count(known: tuple[Term, ...]) -> Phrase:
    return both("{n} words of the field, each in one sentence.", n=integer(len(known)))
