"""Where does it decide: at which depth the classes can be read off, and which layers add nothing."""

from __future__ import annotations

from trasluz.report.context import Context
from trasluz.report.looks import answering, panels, said
from trasluz.report.phrase import Phrase, both
from trasluz.report.sections.base import Section

ORDER = 54


def applies(context: Context) -> bool:
    """Whether a look answers it."""
    return bool(answering(context, "decides"))


def answer(context: Context) -> Phrase:
    """What the first of those looks says."""
    return said(context, "decides")


def render(context: Context) -> Section:
    """The panels of those looks."""
    return Section(both("Where does it decide?"), "decides", panels(context, "decides"))
