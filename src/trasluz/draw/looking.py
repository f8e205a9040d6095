"""The drawings of looks: a module of ``draw/looks/`` named like the look, with

    QUESTION            the question of the report that it answers, one of ``Question``
    ORDER               its place among the answers, small ones first
    draw(result)        the panels, in the language in force
    answer(result)      may be: the answer in one sentence; otherwise it is the first sentence of the first verdict
    over_photographs(result)  may be: a panel of its maps over the pictures, for pages that find the photographs

A result is drawn by what its look is called, so that notebook, report and lab show the same pictures.
"""

from __future__ import annotations

import re
from typing import Literal, Protocol, cast

from trasluz import components
from trasluz.draw.panel import Panel
from trasluz.look.result import Result

Question = Literal["where", "decides", "inside", "latent", "learned", "labels", "makes", "data"]
_END = re.compile(r"(?<=[.!?…]) +(?=[^a-z ])")


def first_sentence(text: str) -> str:
    """The first sentence of a text."""
    return _END.split(text, maxsplit=1)[0]


def last_sentence(text: str) -> str:
    """The last sentence of a text."""
    return _END.split(text)[-1]


class DrawingModule(Protocol):
    """What a module in ``draw/looks/`` offers."""

    QUESTION: Question
    ORDER: int

    def draw(self, result: Result) -> tuple[Panel, ...]:
        """The panels of a result."""


_DRAWINGS = components.Parts[DrawingModule]("trasluz.draw.looks", "drawing")


def drawing_of(look: str) -> DrawingModule:
    """The drawing of the look of that name.

    Raises:
        RecipeError: another package brings the look, and no drawing that can be loaded.
    """
    return _DRAWINGS.find(look)


def failure_of(look: str, error: Exception) -> str:
    """The sentence, in the language in force, that the drawing of that look raised ``error``."""
    return _DRAWINGS.failure(look, error)


def answer_of(result: Result) -> str:
    """What a look says in one sentence, in the language in force; empty where nothing is said of it."""
    module = drawing_of(result.look)
    if hasattr(module, "answer"):
        return str(module.answer(result))
    panels = module.draw(result)
    said = next((panel.verdict for panel in panels if panel.verdict), "")
    return first_sentence(said) or (f"{panels[0].alt[:1].upper()}{panels[0].alt[1:]}." if panels else "")


def over_photographs(result: Result) -> Panel | None:
    """The panel, in the language in force, that shows a look's maps over the pictures themselves; ``None`` where the
    look has no maps."""
    make = getattr(drawing_of(result.look), "over_photographs", None)
    return None if make is None else cast(Panel, make(result))


def draw(result: Result) -> tuple[Panel, ...]:
    """The panels of a look's result, in the language in force."""
    return drawing_of(result.look).draw(result)
