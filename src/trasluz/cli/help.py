"""The help of commands in the language in force: typer writes its headings and notes in English."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import typer

from trasluz.messages import N_, _

_HEADINGS = {"Options": N_("Options"), "Arguments": N_("Arguments"), "Commands": N_("Commands")}
_SHOW = N_("Show this message and exit.")
_WORDS = (N_("[OPTIONS]"), N_("COMMAND [ARGS]..."))
_PLACES = {  # what stands for a value
    "CLASSES": N_("CLASSES"),
    "DIR": N_("DIR"),
    "DOMAIN": N_("DOMAIN"),
    "FIELD": N_("FIELD"),
    "FILE": N_("FILE"),
    "IMAGES": N_("IMAGES"),
    "KIND": N_("KIND"),
    "LOOK": N_("LOOK"),
    "NAME": N_("NAME"),
    "NAMES": N_("NAMES"),
    "OPTION": N_("OPTION"),
    "PACKAGE": N_("PACKAGE"),
    "PLACE": N_("PLACE"),
    "RECIPE": N_("RECIPE"),
    "RUN": N_("RUN"),
    "SOURCE": N_("SOURCE"),
    "SPLIT": N_("SPLIT"),
    "STUDY": N_("STUDY"),
    "TITLE": N_("TITLE"),
    "VALUE": N_("VALUE"),
    "WEIGHTS": N_("WEIGHTS"),
    "WHAT": N_("WHAT"),
}
_PLACE = re.compile(rf"\b(?:{'|'.join(_PLACES)})\b")
_DEFAULT = re.compile(r"\[default: (?P<value>[^\]]*)\]")
_PlainFormatter: Any = typer.Context.formatter_class


class Formatter(_PlainFormatter):  # type: ignore[misc]  # typer's own class is private, so it is known only at run time
    """Writes a command's help with headings and notes of ours."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """The first line."""
        for word in _WORDS:
            args = args.replace(word, _(word))
        super().write_usage(prog, places_said(args), _("Usage: ") if prefix is None else prefix)

    def write_heading(self, heading: str) -> None:
        """The line above options, arguments or commands."""
        super().write_heading(_(_HEADINGS[heading]) if heading in _HEADINGS else heading)

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """Names with what they mean."""
        super().write_dl([(places_said(name), _noted(text)) for name, text in rows], col_max, col_spacing)


class HelpContext(typer.Context):
    """The context of commands whose help ``Formatter`` writes."""

    formatter_class = Formatter


def places_said(text: str) -> str:
    """``text`` with the words in capitals that stand for a value, such as ``--runs DIR``, in the language in force."""
    return _PLACE.sub(lambda found: _(_PLACES[found.group()]), text)


def _noted(text: str) -> str:
    """What an option means, with typer's notes at its end in the language in force."""
    if text == "Show this message and exit.":
        return _(_SHOW)
    text = text.replace("[required]", _("[required]"))
    return _DEFAULT.sub(lambda found: _("[default: {value}]").format(value=found["value"]), text)
