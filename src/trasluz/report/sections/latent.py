"""What is in its latent space: maps of the codes, walks between them."""

from __future__ import annotations

from trasluz.report.context import Context
from trasluz.report.looks import answering, panels
from trasluz.report.page import fill
from trasluz.report.phrase import both
from trasluz.report.sections.base import Section

ORDER = 65


def applies(context: Context) -> bool:
    """Whether a look answers it."""
    return bool(answering(context, "latent"))


def render(context: Context) -> Section:
    """The panels of those looks."""
    html = fill("sections/looks.html", lead=None, panels=panels(context, "latent"))
    return Section(both("What is in its latent space?"), "latent", html)
