"""What has it learned to see: the network layer by layer, its kernels and feature maps."""

from __future__ import annotations

from trasluz.report.context import Context
from trasluz.report.looks import answering, panels, said
from trasluz.report.phrase import Phrase, both
from trasluz.report.sections.base import Section

ORDER = 56


def applies(context: Context) -> bool:
    """Whether a look answers it."""
    return bool(answering(context, "inside"))


def answer(context: Context) -> Phrase:
    """What the first of those looks says."""
    return said(context, "inside")


def render(context: Context) -> Section:
    """The panels of those looks."""
    return Section(both("What has it learned to see?"), "inside", panels(context, "inside"))
