"""Section: one question and its answer on the page.

A section is a module of this folder with ``ORDER`` (an integer, small ones first), ``applies(context) -> bool`` and
``render(context) -> Section``.  It asks for what the run and its evaluation hold, never for a family.  Adding a
section is adding its file; files that start with an underscore, and this one, are not sections.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from markupsafe import Markup

from trasluz import components
from trasluz.report.context import Context
from trasluz.report.phrase import Phrase


@dataclass(frozen=True)
class Section:
    """``title`` is the question, ``anchor`` its address in the page, ``html`` the answer."""

    title: Phrase
    anchor: str
    html: Markup


class SectionModule(Protocol):
    """What a module in this folder offers."""

    ORDER: int

    def applies(self, context: Context) -> bool:
        """Whether the run holds what the section shows."""

    def render(self, context: Context) -> Section:
        """The section."""


SECTIONS = components.Parts[SectionModule]("trasluz.report.sections", "section")


def discover() -> list[SectionModule]:
    """All sections, in the order of the page.

    Raises:
        RecipeError: another package brings one that cannot be loaded.
    """
    return sorted(map(SECTIONS.find, SECTIONS.names()), key=lambda module: module.ORDER)
