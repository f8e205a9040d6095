"""Section of a search's page: what was found in its trainings, in how many of them, and with which values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from trasluz.draw.names import integer
from trasluz.findings.finding import Severity, severity_name
from trasluz.findings.study_evidence import setting_text
from trasluz.messages import LANGUAGES
from trasluz.numerals import numeral
from trasluz.report.page import fill
from trasluz.report.phrase import NOTHING, Phrase, both, both_n, join, plain
from trasluz.report.sections.base import Section
from trasluz.search.cell_findings import AskedCells, Counted, Group, Share, count_findings

_BADGES: Mapping[str, str] = {"bad": "failed", "warn": "running"}
_SIGNS = {"is": "=", "from": "≥", "to": "≤"}
_MOST_FIELDS = 8


@dataclass(frozen=True)
class _Bar:
    """One value of a field: how many of its trainings have what was found."""

    value: Phrase
    share: float
    said: Phrase


@dataclass(frozen=True)
class _Told:
    badge: str
    severity: Phrase
    title: Phrase
    where: Phrase
    example: Phrase
    fields: tuple[tuple[str, tuple[_Bar, ...]], ...]


def cell_findings(asked: AskedCells) -> Section | None:
    """The section; ``None`` where no training was asked."""
    if not asked.cells:
        return None
    counted = count_findings(asked.cells, asked.fields)
    lead = _lead(counted, len(asked.cells))
    html = fill(
        "sections/cell_findings.html",
        lead=lead,
        findings=[_told(one) for one in counted],
        caption=_how_known(asked.rules),
    )
    return Section(both("What went wrong in the trainings?"), "findings", html, answer=lead)


def _how_known(rules: int) -> Phrase:
    asked = both_n(
        "{n} rule was asked, which needs no more than a training's own curves and numbers; `trasluz findings` asks all "
        "of one run.",
        "{n} rules were asked, which need no more than a training's own curves and numbers; `trasluz findings` asks "
        "all of one run.",
        rules,
    )
    known = both(
        "A value is named only where trials with it have the fault more often than chance would give (Fisher's exact "
        "test, all values that were looked through taken together)."
    )
    return join([asked, known])


def _lead(counted: Sequence[Counted], count: int) -> Phrase:
    if not counted:
        return both_n(
            "Neither fault nor caution in the one training.",
            "Neither fault nor caution in any of {n} trainings.",
            count,
        )
    return join([_counts(one) for one in counted])


def _counts(one: Counted) -> Phrase:
    """``Learning rate too high: 27 of 81 trainings, all with rate = 0.1.``"""
    words = {"title": _say(one.title), "cells": integer(one.cells)}
    group = one.group
    if group is None:
        return both_n("{title}: {cells} of {n} training.", "{title}: {cells} of {n} trainings.", one.count, **words)
    words["group"] = _named(group)
    if group.elsewhere:
        return both_n(
            "{title}: {cells} of {n} training, mostly with {group}.",
            "{title}: {cells} of {n} trainings, mostly with {group}.",
            one.count,
            **words,
        )
    return both_n(
        "{title}: {cells} of {n} training, all with {group}.",
        "{title}: {cells} of {n} trainings, all with {group}.",
        one.count,
        **words,
    )


def _named(group: Group) -> Phrase:
    """``learning_rate = 0.1`` as code."""
    return Phrase.of(lambda: f"`{group.field.rsplit('.', 1)[-1]}` {_SIGNS[group.kind]} {setting_text(group.value)}")


def _told(one: Counted) -> _Told:
    severity: Severity = "bad" if one.severity == "bad" else "warn"
    fields = sorted(one.shares, key=lambda name: one.group is None or name != one.group.field)[:_MOST_FIELDS]
    return _Told(
        badge=_BADGES[severity],
        severity=Phrase.of(lambda: severity_name(severity)),
        title=_say(one.title),
        where=_where(one),
        example=both("For example {trial}: {seen}", trial=one.example.trial, seen=_say(one.seen)),
        fields=tuple((name, tuple(map(_bar, one.shares[name]))) for name in fields),
    )


def _where(one: Counted) -> Phrase:
    """In how many, and where these are."""
    group = one.group
    if group is None:
        first = both_n("{cells} of {n} training.", "{cells} of {n} trainings.", one.count, cells=integer(one.cells))
        more = both("No value of a field surely goes with it.") if one.shares else NOTHING
        return join([first, more]) if more else first
    words = {"group": _named(group), "count": integer(group.count), "elsewhere": integer(group.elsewhere)}
    return both_n(
        "With {group} {there} of {count} trainings have it, else {elsewhere} of {n}.",
        "With {group} {there} of {count} trainings have it, else {elsewhere} of {n}.",
        group.others,
        there=integer(group.there),
        **words,
    )


def _bar(share: Share) -> _Bar:
    first, last = _number(share.value), _number(share.last)
    value = plain(first) if first == last else join([plain(first), plain(last)], " – ")
    said = both("{there} of {count}", there=integer(share.there), count=integer(share.count))
    return _Bar(value, share.there / share.count, said)


def _number(value: object) -> str:
    """A value with three digits, which tell the ends of ranges apart."""
    return numeral(f"{value:.3g}") if isinstance(value, float) else setting_text(value)


def _say(texts: Mapping[str, str]) -> Phrase:
    fallback = str(texts.get("en", ""))
    return Phrase.of_texts({name: str(texts.get(name, fallback)) for name in LANGUAGES}) if texts else plain("")
