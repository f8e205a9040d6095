"""Can its probabilities be believed: the reliability diagram and the calibration error."""

from __future__ import annotations

from trasluz.draw.names import points
from trasluz.draw.reliability import reliability_diagram
from trasluz.evaluation.evaluation import Evaluation
from trasluz.report.context import Context
from trasluz.report.page import fill
from trasluz.report.phrase import Phrase, both
from trasluz.report.sections.base import Section

ORDER = 48


def applies(context: Context) -> bool:
    """Whether confidence was compared with what came true."""
    return context.main is not None and bool(context.main.calibration)


def answer(context: Context) -> Phrase:
    """How far its confidence is from the truth, and in which direction."""
    assert context.main is not None, "applies() made sure of it"
    return _verdict(context.main)


def render(context: Context) -> Section:
    """One sentence and the diagram."""
    assert context.main is not None
    assert context.main.calibration is not None, "applies() made sure of both"
    bins = context.main.calibration
    verdict = _verdict(context.main)
    figure = context.figure(lambda: reliability_diagram(bins["confidence"], bins["accuracy"], bins["count"]), verdict)
    html = fill("sections/calibration.html", verdict=verdict, figure=figure)
    return Section(both("Can its probabilities be believed?"), "calibration", html)


def _verdict(evaluation: Evaluation) -> Phrase:
    """On average, how far confidence and truth are apart, and in which direction."""
    assert evaluation.calibration is not None, "render() made sure of it"
    bins = [
        b
        for b in zip(*(evaluation.calibration[k] for k in ("confidence", "accuracy", "count")), strict=True)
        if b[2] > 0
    ]
    total = sum(n for _c, _a, n in bins) or 1
    gap = sum(n * (c - a) for c, a, n in bins) / total
    size = points(sum(n * abs(c - a) for c, a, n in bins) / total)
    apart = both("Its confidence and its share of right answers differ by {size} points on average", size=size)
    if gap > 0.005:
        return both("{apart}: it is too sure of itself.", apart=apart)
    if gap < -0.005:
        return both("{apart}: it is right more often than it claims.", apart=apart)
    return both("{apart}, as often in one direction as in the other.", apart=apart)
