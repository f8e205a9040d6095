"""Sections about a table of variants: what came out, how far apart they are, where they learned apart.

A study's page and a comparison of runs are made of the same ones; what their intervals mean is said by each.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from trasluz.draw.history import History
from trasluz.draw.names import (
    duration,
    has_better,
    higher_is_better,
    integer,
    is_share,
    metric_difference,
    metric_value,
)
from trasluz.draw.study import curves_figure, interval_text, variants_figure
from trasluz.report.canvas import place_figure
from trasluz.report.leaders import MOST_CURVES, about_leaders, deciding, leaders, ranked, too_many
from trasluz.report.page import fill
from trasluz.report.phrase import Phrase, both, listing, metric_phrase, plain
from trasluz.report.sections.base import Section
from trasluz.search.table import Measured, Row, Table

_MOST_DIGITS = 8  # of a number as Python writes it; who draws one from a range gets seventeen
_SHOWN = 3  # metrics in the first table
_FIGURES = 6
_CURVES = 4


@dataclass(frozen=True)
class Note:
    """A sentence below a table; ``warning`` sets it apart."""

    text: Phrase
    warning: bool = False


@dataclass(frozen=True)
class _Picture:
    title: Phrase
    html: Markup


@dataclass(frozen=True)
class Cell:
    """A value and its interval, its difference from the reference and the interval of that (each may be empty), and
    whether the difference is sure; ``number`` sorts."""

    value: str
    interval: Phrase
    apart: Phrase
    apart_interval: Phrase
    sure: bool
    number: float | None


def answer(table: Table, lead: Phrase, notes: Sequence[Note], what: Phrase) -> Section:
    """The table: one line per variant, with the first metrics and what is sure about them.

    ``what``: what a line is, the heading of the first column.  A long table starts with the best and scrolls in itself.
    """
    long = too_many(table)
    shown = table.metrics[:_SHOWN]
    rows = [
        {
            "name": row.variant,
            "reference": row.variant == table.reference,
            "changes": [f"{field} = {short(value)}" for field, value in row.changes.items()],
            "cells": [cell_of(row, name) for name in shown],
            "seconds": plain(duration(row.seconds)),
            "seconds_value": row.seconds,
            "parameters": plain(integer(row.parameters)),
            "parameters_value": row.parameters,
            "failures": row.failures,
        }
        for row in (ranked(table) if long else table).rows
    ]
    metrics = [(metric_phrase(name), direction(name)) for name in shown]
    html = fill("study.html", summary=lead, what=what, metrics=metrics, rows=rows, notes=notes, long=long)
    return Section(both("What came out?"), "answer", html, "first")


def direction(metric: str) -> bool | None:
    """Whether higher is better; ``None`` where neither is."""
    return higher_is_better(metric) if has_better(metric) else None


def cell_of(row: Row, metric: str) -> Cell:
    """One number of one variant."""
    nothing = plain("")
    if metric not in row.scores:
        return Cell("–", nothing, nothing, nothing, False, None)
    score, apart = row.scores[metric], row.differences.get(metric)
    value, interval = metric_value(metric, score.mean), _interval(metric, score)
    if apart is None:
        return Cell(value, interval, nothing, nothing, False, score.mean)
    return Cell(value, interval, *_apart(metric, apart), apart.excludes_zero, score.mean)


def best_and_worst(table: Table) -> Phrase:
    """Which variant is first and which last by the metric that decides, and their values."""
    metric = deciding(table)
    known = [] if metric is None else [row for row in ranked(table).rows if metric in row.scores]
    if metric is None or len(known) < 2:
        return both("There are fewer than two numbers to compare.")
    best, worst = known[0], known[-1]
    return both(
        "By {metric} the best is {best} with {high}, the last {worst} with {low}.",
        metric=metric_phrase(metric),
        best=best.variant,
        high=metric_value(metric, best.scores[metric].mean),
        worst=worst.variant,
        low=metric_value(metric, worst.scores[metric].mean),
    )


def _interval(metric: str, found: Measured) -> Phrase:
    """``(93.1 % to 93.7 %)``; empty where it is not known."""
    if not math.isfinite(found.low):
        return plain("")
    return both("({low} to {high})", low=metric_value(metric, found.low), high=metric_value(metric, found.high))


def _apart(metric: str, apart: Measured) -> tuple[Phrase, Phrase]:
    """A difference and its interval (empty where it is not known), of shares in percentage points: per cent of what
    would not be clear."""
    value, low, high = (metric_difference(metric, number) for number in (apart.mean, apart.low, apart.high))
    known = math.isfinite(apart.low)
    if is_share(metric):
        between = both("({low} to {high} points)", low=low, high=high) if known else plain("")
        return both("difference {value} points", value=value), between
    between = both("({low} to {high})", low=low, high=high) if known else plain("")
    return both("difference {value}", value=value), between


def numbers(table: Table, metrics: Sequence[str], figures: list[Markup], caption: Phrase) -> Section:
    """One figure for each of the first ``metrics``, the variants below each other."""
    drawn_table = leaders(table)
    pictures = []
    for name in metrics[:_FIGURES]:
        ends = "; ".join(
            f"{row.variant} {interval_text(name, row.scores[name])}" for row in drawn_table.rows if name in row.scores
        )
        alt = both("{metric} of each variant: {ends}", metric=metric_phrase(name), ends=ends)
        drawn = place_figure(figures, lambda name=name: variants_figure(drawn_table, name), alt)  # type: ignore[misc]  # bound now
        pictures.append(_Picture(metric_phrase(name), drawn))
    html = fill("sections/plots.html", pictures=pictures, caption=caption, lead=about_leaders(table))
    return Section(both("How far apart are they?"), "numbers", html, answer=best_and_worst(table))


def curves(
    table: Table,
    histories: Mapping[str, Sequence[History]],
    metrics: Sequence[str],
    figures: list[Markup],
    caption: Phrase,
) -> Section | None:
    """Validation ``metrics`` over the epochs, all variants in one figure each; of very many the best of ``table``.

    Those that several variants have; where there are none, those that one has.
    """
    histories = {
        row.variant: histories[row.variant] for row in leaders(table, MOST_CURVES).rows if row.variant in histories
    }
    keys = [f"valid/{name}" for name in metrics]
    known = [{key for run in runs for key in run.values} for runs in histories.values()]
    having = {key: sum(key in own for own in known) for key in dict.fromkeys(keys)}
    shared = [key for key, count in having.items() if count > 1] or [key for key, count in having.items() if count]
    pictures: list[_Picture] = []
    for key in shared[:_CURVES]:
        name = metric_phrase(key)
        alt = both("{metric} on validation data over the epochs, one line per variant.", metric=name)
        own = {variant: runs for variant, runs in histories.items() if any(key in run.values for run in runs)}
        drawn = place_figure(figures, lambda own=own, key=key: curves_figure(own, key), alt)  # type: ignore[misc]  # bound now
        pictures.append(_Picture(name, drawn))
    if not pictures:
        return None
    html = fill("sections/plots.html", pictures=pictures, caption=caption, lead=about_leaders(table, MOST_CURVES))
    told = both("Drawn are: {metrics}.", metrics=listing([picture.title for picture in pictures]))
    return Section(both("Where did they learn apart?"), "curves", html, answer=told)


def short(value: object) -> str:
    """A value of a recipe as text, cut where it is long; of a number that was drawn four digits."""
    text = f"{value:.4g}" if isinstance(value, float) and len(repr(value)) > _MOST_DIGITS else str(value)
    return text if len(text) <= 80 else text[:79] + "…"
