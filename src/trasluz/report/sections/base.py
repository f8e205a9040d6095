"""Section: one question and its answer on the page.

A section is a module of this folder with ``ORDER`` (an integer, small ones first), ``applies(context) -> bool`` and
``render(context) -> Section``.  It asks for what the run and its evaluation hold, never for a family.  Adding a
section is adding its file; files that start with an underscore, and this one, are not sections.
"""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import dataclass
from typing import Protocol, cast

from markupsafe import Markup

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


def discover() -> list[SectionModule]:
    """All sections, in the order of the page."""
    package = importlib.import_module("trasluz.report.sections")
    names = [m.name for m in pkgutil.iter_modules(package.__path__) if not m.name.startswith("_") and m.name != "base"]
    modules = [cast(SectionModule, importlib.import_module(f"{package.__name__}.{name}")) for name in sorted(names)]
    return sorted(modules, key=lambda module: module.ORDER)
