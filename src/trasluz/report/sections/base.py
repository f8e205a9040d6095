"""Section: one question and its answer on the page.

A section is a module of this folder with

    ORDER              an integer, small ones first
    applies(context)   whether the run holds what the section shows
    answer(context)    the answer in one sentence with its numbers, which is read before the section is opened
    render(context)    the section: its question, its address in the page, and all that is to be seen when it is opened

It asks for what the run and its evaluation hold, never for a family.  Adding a section is adding its file; files that
start with an underscore, and this one, are not sections.

A page has three layers: ``first``, open, the one screen that everybody reads; ``questions``, folded, each with its
answer; and ``numbers``, folded too, where tables, recipe and machine can be looked up.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal, Protocol, get_args

from markupsafe import Markup

from trasluz import components
from trasluz.errors import RecipeError
from trasluz.report.context import Context
from trasluz.report.phrase import NOTHING, Phrase, both

Layer = Literal["first", "questions", "numbers"]
LAYERS: tuple[Layer, ...] = get_args(Layer)


@dataclass(frozen=True)
class Section:
    """``title`` is the question, ``anchor`` its address in the page, ``html`` what is seen when it is open; ``answer``
    is filled in by ``sections_of``."""

    title: Phrase
    anchor: str
    html: Markup
    layer: Layer = "questions"
    answer: Phrase = NOTHING


class SectionModule(Protocol):
    """What a module in this folder offers."""

    ORDER: int

    def applies(self, context: Context) -> bool:
        """Whether the run holds what the section shows."""

    def answer(self, context: Context) -> Phrase:
        """The answer in one sentence."""

    def render(self, context: Context) -> Section:
        """The section."""


SECTIONS = components.Parts[SectionModule]("trasluz.report.sections", "section")


def sections_of(context: Context, advance: Callable[[], None]) -> list[Section]:
    """The sections that apply, in the order of the page; ``advance`` is called after each, applying or not.

    One that raises costs its own place alone: there stands a sentence that says so; at the end, where it cannot even
    be loaded.
    """
    modules, unloaded = _load_all()
    found = []
    for name, module in sorted(modules.items(), key=lambda pair: pair[1].ORDER):
        found += _made(name, module, context)
        advance()
    return found + unloaded


def _load_all() -> tuple[dict[str, SectionModule], list[Section]]:
    """All that can be loaded, by name; and what stands for the others."""
    modules, unloaded = {}, []
    for name in SECTIONS.names():
        try:
            modules[name] = SECTIONS.find(name)
        except RecipeError as error:
            unloaded.append(_failed(name, error))
    return modules, unloaded


def _made(name: str, module: SectionModule, context: Context) -> list[Section]:
    """The section, nothing where it does not apply."""
    figures = len(context.figures)
    try:
        section = module.render(context) if module.applies(context) else None
        if section is not None and not isinstance(section, Section):
            raise TypeError(f"render() gave {type(section).__name__}, not Section")
        return [] if section is None else [replace(section, answer=module.answer(context))]
    except components.PASSING:
        raise
    except Exception as error:  # a section may come from anybody, and raise anything
        del context.figures[figures:]  # those without a place on the page
        return [_failed(name, error)]


def _failed(name: str, error: Exception) -> Section:
    title = both("A section could not be made: {name}", name=name)
    return Section(title, f"failed-{name}", failed_part(lambda: SECTIONS.failure(name, error)))


def failed_part(say: Callable[[], str]) -> Markup:
    """The sentence that stands where a part could not be shown; ``say`` gives it in the language in force."""
    return Markup('<p class="warning">{}</p>').format(Phrase.of(say))
