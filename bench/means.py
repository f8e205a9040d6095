"""Means over seeds as the pages of results tell them: by the one method of ``metrics/over_seeds.py``, in the range of
what was measured."""

from __future__ import annotations

import math
from collections.abc import Sequence

from trasluz.metrics.over_seeds import Bounds, bounds_of, difference_bounds, over_seeds

SHARE: Bounds = (0.0, 1.0)
# Of the transfer's numbers; the slope is accuracy gained per epoch.
RANGES: dict[str, Bounds] = {"first_epoch": SHARE, "slope": (-1.0, 1.0), "test_accuracy": SHARE}
Told = tuple[float, float | None, float | None]


def mean_of(values: Sequence[float], bounds: Bounds) -> Told:
    """Mean, low and high; without an interval where seeds say nothing about their spread."""
    mean, low, high = over_seeds(values, bounds)
    return (mean, low, high) if math.isfinite(low) and math.isfinite(high) else (mean, None, None)


def mean_of_metric(values: Sequence[float], metric: str) -> Told:
    """The same of a metric, whose range its description tells."""
    return mean_of(values, bounds_of(metric))


def mean_difference(own: Sequence[float], other: Sequence[float], bounds: Bounds) -> Told:
    """Of ``own`` less ``other``, seed by seed, both in ``bounds``."""
    return mean_of([a - b for a, b in zip(own, other, strict=True)], difference_bounds(bounds))
