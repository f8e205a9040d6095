"""Kernel inception distance over any features: the unbiased MMD² under a cubic kernel, with an interval.

Bińkowski et al. (2018), "Demystifying MMD GANs", section 4: k(x, y) = (x·y / d + 1)³.  Unlike FID its expectation
does not depend on the number of samples, and it is 0 for equal distributions (an estimate may be negative).
The subsets do not overlap, so that their estimates are independent and Student's t holds for their mean (Zaremba,
Gretton & Blaschko 2013, "B-test", average over blocks in the same way).
"""

from __future__ import annotations

import numpy as np

from trasluz.messages import N_
from trasluz.metrics.described import Metric
from trasluz.metrics.intervals import mean_interval
from trasluz.rng import Rng

METRICS = {"samples/kid": Metric(N_("Kernel distance (KID)"), "number", "lower")}

_LARGEST, _FEWEST = 1000, 10  # rows of a subset at most, as published; subsets at least, where there are rows enough


def kid(first: np.ndarray, second: np.ndarray, rng: Rng) -> tuple[float, float, float]:
    """Mean over disjoint subsets of features ``[n, d]`` and ``[m, d]``, with its 95 % interval: ``(mean, low, high)``.

    Subsets have 1,000 rows of each, or a tenth of the smaller set where that is less, at least 2; their rows are
    drawn.  With a single subset the interval is infinite.

    Raises:
        ValueError: a set has fewer than two rows.
    """
    count = min(len(first), len(second))
    if count < 2:
        raise ValueError(f"MMD² needs at least 2 rows of features in each set, not {count}")
    size = int(np.clip(count // _FEWEST, 2, _LARGEST))
    # Each in an order of its own, or the same places of both sets would always share a subset.
    x, y = (rows[rng.permutation("kid", i, len(rows)).numpy()] for i, rows in enumerate((first, second)))
    starts = range(0, count - size + 1, size)
    estimates = [polynomial_mmd2(x[start : start + size], y[start : start + size]) for start in starts]
    return mean_interval(estimates)


def polynomial_mmd2(first: np.ndarray, second: np.ndarray) -> float:
    """The unbiased estimate of MMD² (Gretton et al. 2012, eq. 3) under the cubic kernel, from all rows."""
    n, m = len(first), len(second)
    x, y = np.asarray(first, np.float64), np.asarray(second, np.float64)
    within_x, within_y, between = _kernel(x, x), _kernel(y, y), _kernel(x, y)
    own = (within_x.sum() - np.trace(within_x)) / (n * (n - 1)) + (within_y.sum() - np.trace(within_y)) / (m * (m - 1))
    return float(own - 2 * between.mean())


def _kernel(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    found: np.ndarray = (x @ y.T / x.shape[1] + 1) ** 3
    return found
