"""The variants that the pictures of a table show: all where they fit below each other, else the best ones."""

from __future__ import annotations

import math
from dataclasses import replace

from trasluz.draw.names import has_better, higher_is_better, integer
from trasluz.report.phrase import Phrase, both, metric_phrase
from trasluz.search.table import Row, Table

_MOST = 30  # below each other in one picture
MOST_CURVES = 8  # over each other: as many as there are colours that everyone tells apart


def too_many(table: Table) -> bool:
    """Whether a picture has no room for all variants."""
    return len(table.rows) > _MOST


def ranked(table: Table) -> Table:
    """The table with the best variant in the metric that decides first; those without a number stand last."""
    metric = deciding(table)
    return (
        table if metric is None else replace(table, rows=tuple(sorted(table.rows, key=lambda row: _key(row, metric))))
    )


def leaders(table: Table, most: int = _MOST) -> Table:
    """What pictures show: the table itself where it fits, else the best ``most`` variants, the reference below them."""
    if not too_many(table):
        return table
    rows = ranked(table).rows
    return replace(table, rows=rows[:most] + tuple(row for row in rows[most:] if row.variant == table.reference))


def about_leaders(table: Table, most: int = _MOST) -> Phrase | None:
    """The sentence that says which variants the pictures leave out; ``None`` where they show all."""
    if not too_many(table):
        return None
    metric = deciding(table)
    counts = {"n": integer(most), "count": integer(len(table.rows))}
    if metric is None:
        return both("Shown are the first {n} of {count} and the reference; the table has all.", **counts)
    return both(
        "Shown are the {n} best of {count} (by: {metric}) and the reference; the table has all, the best first. The "
        "best of so many owe part of their lead to chance.",
        metric=metric_phrase(metric),
        **counts,
    )


def deciding(table: Table) -> str | None:
    """The first metric of which more or less is better."""
    return next((name for name in table.metrics if has_better(name)), None)


def _key(row: Row, metric: str) -> float:
    """Ascending: the better, the smaller."""
    mean = row.scores[metric].mean if metric in row.scores else math.nan
    return math.inf if math.isnan(mean) else -mean if higher_is_better(metric) else mean
