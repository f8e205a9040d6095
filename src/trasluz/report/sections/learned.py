"""What did it give on the way: the same images through the epochs."""

from __future__ import annotations

from trasluz.report.context import Context
from trasluz.report.looks import answering, panels, said
from trasluz.report.phrase import Phrase, both
from trasluz.report.sections.base import Section

ORDER = 32


def applies(context: Context) -> bool:
    """Whether a look answers it."""
    return bool(answering(context, "learned"))


def answer(context: Context) -> Phrase:
    """What the first of those looks says."""
    return said(context, "learned")


def render(context: Context) -> Section:
    """The panels of those looks."""
    return Section(both("How did its answers change?"), "learned", panels(context, "learned"))
