"""What does it make: images that a generator drew, beside real ones."""

from __future__ import annotations

from trasluz.report.context import Context
from trasluz.report.looks import answering, panels, said
from trasluz.report.phrase import Phrase, both
from trasluz.report.sections.base import Section

ORDER = 18  # before all that is measured: of a generator its images say most


def applies(context: Context) -> bool:
    """Whether a look answers it."""
    return bool(answering(context, "makes"))


def answer(context: Context) -> Phrase:
    """What the first of those looks says."""
    return said(context, "makes")


def render(context: Context) -> Section:
    """The panels of those looks."""
    return Section(both("What does it make?"), "makes", panels(context, "makes"))
