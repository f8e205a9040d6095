"""Which labels are likely wrong."""

from __future__ import annotations

from trasluz.report.context import Context
from trasluz.report.looks import answering, panels, said
from trasluz.report.phrase import Phrase, both
from trasluz.report.sections.base import Section

ORDER = 50


def applies(context: Context) -> bool:
    """Whether a look answers it."""
    return bool(answering(context, "labels"))


def answer(context: Context) -> Phrase:
    """What the first of those looks says."""
    return said(context, "labels")


def render(context: Context) -> Section:
    """The panels of those looks."""
    return Section(both("Which labels are likely wrong?"), "labels", panels(context, "labels"))
