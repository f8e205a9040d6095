"""Where does it look: heat maps of the evidence for a class, with what speaks for and against believing them."""

from __future__ import annotations

from trasluz.report.context import Context
from trasluz.report.looks import answering, panels, said
from trasluz.report.phrase import Phrase, both
from trasluz.report.sections.base import Section

ORDER = 52


def applies(context: Context) -> bool:
    """Whether a look answers it."""
    return bool(answering(context, "where"))


def answer(context: Context) -> Phrase:
    """What the first of those looks says."""
    return said(context, "where")


def render(context: Context) -> Section:
    """The panels of those looks."""
    return Section(both("Where does it look?"), "where", panels(context, "where"))
