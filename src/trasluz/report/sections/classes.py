"""Which classes are hard: precision, recall and F1 of each, in a table that sorts."""

from __future__ import annotations

import math
from typing import Any

from trasluz.draw.names import integer, is_share, metric_value
from trasluz.report.context import Context
from trasluz.report.page import fill
from trasluz.report.phrase import Phrase, both, listing, metric_phrase
from trasluz.report.sections.base import Section

ORDER = 42


def applies(context: Context) -> bool:
    """Whether classes were measured one by one."""
    return context.main is not None and bool(context.main.per_class)


def answer(context: Context) -> Phrase:
    """The hardest and the easiest class by F1."""
    assert context.main is not None
    assert context.main.per_class is not None, "applies() made sure of both"
    scored = sorted(
        (v["f1"], name) for name, v in context.main.per_class.items() if math.isfinite(v.get("f1", math.nan))
    )
    if not scored:
        return both("No class can be scored: nothing of them was judged.")
    (low, hardest), (high, easiest) = scored[0], scored[-1]
    return both(
        "The hardest of {n} is {hardest}, with an F1 of {low}; the easiest is {easiest}, with {high}.",
        n=integer(len(context.main.per_class)),
        hardest=hardest,
        low=metric_value("f1", low),
        easiest=easiest,
        high=metric_value("f1", high),
    )


def render(context: Context) -> Section:
    """One row per class; bars behind shares make the weak ones stand out."""
    assert context.main is not None
    assert context.main.per_class is not None, "applies() made sure of both"
    per_class = context.main.per_class
    columns = list(dict.fromkeys(name for values in per_class.values() for name in values))
    rows = [(name, [_cell(c, values.get(c, math.nan)) for c in columns]) for name, values in per_class.items()]
    heads = [_heading(c) for c in columns]
    html = fill("sections/classes.html", heads=heads, rows=rows, hardest=_hardest(per_class))
    return Section(both("Which classes are hard?"), "classes", html)


def _heading(column: str) -> Phrase:
    return metric_phrase(column)


def _cell(column: str, value: float) -> dict[str, Any]:
    bar = value if is_share(column) and math.isfinite(value) else None
    return {"text": metric_value(column, value), "value": value if math.isfinite(value) else -1, "bar": bar}


def _hardest(per_class: dict[str, dict[str, float]]) -> Phrase | None:
    """The classes with the lowest F1, in words, where there are enough classes for it to say something."""
    scored = sorted((v["f1"], name) for name, v in per_class.items() if math.isfinite(v.get("f1", math.nan)))
    if len(scored) < 4:
        return None
    worst = [both("{name} ({value})", name=name, value=metric_value("f1", f1)) for f1, name in scored[:3]]
    return both("Hardest by F1: {classes}.", classes=listing(worst))
