"""How far the mean over a few trainings could be off: one number per seed, in the range that the metric has."""

from __future__ import annotations

import math
from collections.abc import Sequence

from trasluz.messages import _
from trasluz.metrics.described import metric
from trasluz.metrics.intervals import UNKNOWN, logistic, mean_interval

Bounds = tuple[float | None, float | None]


def over_seeds(values: Sequence[float], bounds: Bounds = (None, None)) -> tuple[float, float, float]:
    """Mean of one value per seed, at least one, with its 95 % interval inside ``bounds``: ``(mean, low, high)``.

    Student's t on a scale without ends: the logit of the mean between two bounds, the logarithm of its distance from a
    single one, the mean itself without any; standard errors by the delta method.  The interval is unknown (infinite)
    for one seed, and where all seeds gave the same: neither says anything about the spread.
    """
    mean, low, _high = mean_interval(values)
    half = mean - low
    if min(values) == max(values) or not 0 < half < math.inf:
        return mean, *UNKNOWN
    low, high = _around(mean, half, *bounds)
    return mean, min(low, mean), max(high, mean)  # whatever rounding does


def about_intervals(seeds: int, known: bool) -> str:
    """What the intervals over so many ``seeds`` mean, and, where not all are ``known``, why there is none."""
    if seeds == 1:
        return _("One seed says nothing about how far a number could move by chance, so there is no interval (–).")
    message = _("Intervals hold the mean with 95 % (Student's t over {n} seeds, inside the metric's range).")
    told = message.format(n=seeds)
    if known:
        return told
    same = _("There is none (–) where all seeds gave the same number: that says nothing about the next.")
    return f"{told} {same}"


def bounds_of(name: str) -> Bounds:
    """The range of a metric as its description says it; none where nobody describes it."""
    known = metric(name)
    return (None, None) if known is None else known.bounds


def difference_bounds(bounds: Bounds) -> Bounds:
    """The range of a difference of two values in ``bounds``."""
    least, most = bounds
    return (None, None) if least is None or most is None else (least - most, most - least)


def _around(mean: float, half: float, least: float | None, most: float | None) -> tuple[float, float]:
    if least is not None and most is not None:
        return _between(mean, half, least, most)
    if least is not None and mean > least:
        return _above(mean - least, half, least)
    if most is not None and mean < most:
        low, high = _above(most - mean, half, 0.0)
        return most - high, most - low
    return mean - half, mean + half


def _between(mean: float, half: float, least: float, most: float) -> tuple[float, float]:
    share = (mean - least) / (most - least)
    if not 0 < share < 1:  # a value outside of what the metric says of itself
        return UNKNOWN
    logit, width = math.log(share / (1 - share)), half / (most - least) / (share * (1 - share))
    low, high = logistic(logit - width), logistic(logit + width)
    return least + (most - least) * low, least + (most - least) * high


def _above(mean: float, half: float, least: float) -> tuple[float, float]:
    factor = math.exp(min(half / mean, 700.0))  # finite whatever the spread
    return least + mean / factor, least + mean * factor
