"""What families are called when people read of them; one that says no ``NAME`` is called as in recipes."""

from __future__ import annotations

from trasluz import components
from trasluz.errors import RecipeError
from trasluz.messages import _
from trasluz.report.phrase import Phrase, plain


def family_phrase(family: str) -> Phrase:
    """The family's name in each language."""
    try:
        called = getattr(components.load("trasluz.families", family, "model.family"), "NAME", "")
    except RecipeError:  # of a package that is gone
        called = ""
    return Phrase.of(lambda: _(called)) if called else plain(family)
