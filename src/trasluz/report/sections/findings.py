"""What went wrong: what the rules found, with what they saw, what it means, and what to try."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from trasluz.findings.base import names
from trasluz.findings.finding import Finding, severity_name
from trasluz.findings.trying import command_line
from trasluz.report.context import Context
from trasluz.report.page import fill
from trasluz.report.phrase import Phrase, both, both_n
from trasluz.report.sections.base import Section

ORDER = 15
_BADGES = {"bad": "failed", "warn": "running", "note": ""}


@dataclass(frozen=True)
class _Told:
    badge: str
    severity: Phrase
    title: Phrase
    seen: Phrase
    meaning: Phrase
    advice: Phrase
    refuted_by: Phrase | None
    command: str


def applies(context: Context) -> bool:
    """Whether the rules were asked."""
    return context.findings is not None


def answer(context: Context) -> Phrase:
    """How much was found, and the gravest."""
    assert context.findings is not None, "applies() says so"
    first = {name: same[0] for name, same in context.findings.items() if same}
    if not first:
        return _lead(context)
    return both_n(
        "{n} thing is worth looking into: {title}.",
        "{n} things are worth looking into, first of all: {title}.",
        len(next(iter(context.findings.values()))),
        title=_say(first, "title"),
    )


def render(context: Context) -> Section:
    """A list, the gravest first; or that nothing was found."""
    assert context.findings is not None, "applies() says so"
    found = [dict(zip(context.findings, same, strict=True)) for same in zip(*context.findings.values(), strict=True)]
    html = fill("sections/findings.html", lead=_lead(context), findings=[_told(context, spoken) for spoken in found])
    return Section(both("What went wrong?"), "findings", html)


def _lead(context: Context) -> Phrase:
    found = len(next(iter((context.findings or {}).values()), ()))
    if not found:
        return both("Nothing: none of the {n} rules found a fault in what is known of this run.", n=len(names()))
    return both_n("{n} thing is worth looking into.", "{n} things are worth looking into, the gravest first.", found)


def _told(context: Context, spoken: Mapping[str, Finding]) -> _Told:
    first = next(iter(spoken.values()))
    in_memory = bool(context.info.get("in_memory"))
    return _Told(
        badge=_BADGES[first.severity],
        severity=Phrase.of(lambda: severity_name(first.severity)),
        title=_say(spoken, "title"),
        seen=_say(spoken, "seen"),
        meaning=_say(spoken, "meaning"),
        advice=_say(spoken, "advice"),
        refuted_by=_say(spoken, "refuted_by") if first.refuted_by else None,
        command=command_line(
            context.recipe, context.folder.path, first.settings, in_memory=in_memory, data=context.data
        ),
    )


def _say(spoken: Mapping[str, Finding], text: str) -> Phrase:
    return Phrase.of_texts({name: getattr(finding, text) for name, finding in spoken.items()})
