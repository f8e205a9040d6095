"""Highlight: one of the three pictures of the first screen, those that say most about a run.

A highlight is a module of this folder with

    SLOT               what it shows: ``gives`` (answers, reconstructions, samples), ``inside`` or ``curve``
    ORDER              an integer; of those of one slot that apply, the one with the smallest is shown
    applies(context)   whether the run holds what it shows
    render(context)    the picture with its title, its caption, and the section that tells more

It asks for what the run, its evaluation and its looks hold, never for a family.  Files that start with an underscore,
and this one, are none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol, get_args

from markupsafe import Markup

from trasluz import components
from trasluz.errors import RecipeError
from trasluz.report.context import Context
from trasluz.report.phrase import NOTHING, Phrase, plain
from trasluz.report.sections.base import failed_part

Slot = Literal["gives", "inside", "curve"]
SLOTS: tuple[Slot, ...] = get_args(Slot)


@dataclass(frozen=True)
class Highlight:
    """``anchor``: the section that tells more; ``caption`` may be empty."""

    title: Phrase
    anchor: str
    html: Markup
    caption: Phrase = NOTHING


class HighlightModule(Protocol):
    """What a module in this folder offers."""

    SLOT: Slot
    ORDER: int

    def applies(self, context: Context) -> bool:
        """Whether the run holds what the highlight shows."""

    def render(self, context: Context) -> Highlight:
        """The highlight."""


HIGHLIGHTS = components.Parts[HighlightModule]("trasluz.report.highlights", "highlight")


def highlights_of(context: Context) -> list[Highlight]:
    """At most one of each slot; one that raises is a sentence that says so, in its place."""
    found: dict[Slot, Highlight] = {}
    for name, module in sorted(_load_all().items(), key=lambda pair: pair[1].ORDER):
        if module.SLOT not in found:
            made = _made(name, module, context)
            if made is not None:
                found[module.SLOT] = made
    return [found[slot] for slot in SLOTS if slot in found]


def _load_all() -> dict[str, HighlightModule]:
    """Those that can be loaded, by name: one of another package that cannot is told of by ``trasluz parts``."""
    found = {}
    for name in HIGHLIGHTS.names():
        try:
            found[name] = HIGHLIGHTS.find(name)
        except RecipeError:
            continue
    return found


def _made(name: str, module: HighlightModule, context: Context) -> Highlight | None:
    figures = len(context.figures)
    try:
        return module.render(context) if module.applies(context) else None
    except components.PASSING:
        raise
    except Exception as error:  # a highlight may come from anybody, and raise anything
        del context.figures[figures:]  # those without a place on the page
        failure = error
    return Highlight(plain(name), "summary", failed_part(lambda: HIGHLIGHTS.failure(name, failure)))
