"""What has it learned to see: kernels, feature maps, what excites its channels."""

from __future__ import annotations

from trasluz.report.context import Context
from trasluz.report.looks import answering, panels
from trasluz.report.page import fill
from trasluz.report.phrase import both
from trasluz.report.sections.base import Section

ORDER = 46


def applies(context: Context) -> bool:
    """Whether a look answers it."""
    return bool(answering(context, "inside"))


def render(context: Context) -> Section:
    """The panels of those looks."""
    html = fill("sections/looks.html", lead=None, panels=panels(context, "inside"))
    return Section(both("What has it learned to see?"), "inside", html)
