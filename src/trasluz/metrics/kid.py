"""Kernel inception distance over any features: the unbiased MMD² under a cubic kernel, from all rows, with an interval.

Bińkowski et al. (2018), "Demystifying MMD GANs", section 4: k(x, y) = (x·y / d + 1)³.  Unlike FID its expectation
does not depend on the number of samples, and it is 0 for equal distributions (an estimate may be negative).

The estimate is the U-statistic over all pairs (Gretton et al. 2012, eq. 3), where Bińkowski averages over subsets.  Its
variance is the sum over the parts of Hoeffding's decomposition (Hoeffding 1948; Sutherland & Deka 2019, "Unbiased
estimators for the variance of MMD estimators"): what single rows add, which rules between unlike sets, and what pairs
add, which is all that there is between like ones.  Each part is estimated without bias from sums over rows and columns
of the kernel, so no more than a stripe of it is held at once.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from trasluz.messages import N_
from trasluz.metrics.described import Metric
from trasluz.metrics.intervals import UNKNOWN, students_quantile
from trasluz.metrics.u_statistics import FEWEST, Sums, pairs_between, pairs_within

METRICS = {"samples/kid": Metric(N_("Kernel distance (KID)"), "number", "lower")}

_STRIPE = 4_000_000  # values of the kernel held at once: 32 MB


def kid(first: np.ndarray, second: np.ndarray, confidence: float = 0.95) -> tuple[float, float, float]:
    """MMD² of features ``[n, d]`` and ``[m, d]`` from all rows, with its interval: ``(value, low, high)``.

    Student's t with as many degrees of freedom as the smaller set has rows, less one; infinite with fewer than four
    rows in a set.  Memory does not grow with n·m.

    Raises:
        ValueError: a set has fewer than two rows.
    """
    fewest = min(len(first), len(second))
    if fewest < 2:
        raise ValueError(f"MMD² needs at least 2 rows of features in each set, not {fewest}")
    x, y = np.asarray(first, np.float64), np.asarray(second, np.float64)
    # The same number off every value of the kernel changes neither MMD² nor its variance, and saves digits.
    level = float(_kernel(x[:1], y).mean())
    within_x, within_y = _within(x, level), _within(y, level)
    between = _sums(_stripes(x, y, level), len(y))
    value = within_x.mean + within_y.mean - 2 * float(between.rows.sum()) / (len(x) * len(y))
    if fewest < FEWEST:
        return value, *UNKNOWN
    half = students_quantile(fewest, confidence) * math.sqrt(_variance(within_x, within_y, between))
    return value, value - half, value + half


def _variance(within_x: Sums, within_y: Sums, between: Sums) -> float:
    """The estimate's variance: four times that of the influence of rows, over their number, and that of pairs."""
    n, m = len(within_x.rows), len(within_y.rows)
    pairs_x, pairs_y, crossed = pairs_within(within_x), pairs_within(within_y), pairs_between(between)
    influence_x = within_x.rows / (n - 1) - between.rows / m
    influence_y = within_y.rows / (m - 1) - between.columns / n
    # The means over finitely many pairs vary by themselves, which is not the rows' part.
    alone_x = max(float(influence_x.var(ddof=1)) - pairs_x / (n - 1) - crossed / m, 0.0)
    alone_y = max(float(influence_y.var(ddof=1)) - pairs_y / (m - 1) - crossed / n, 0.0)
    together = 2 * pairs_x / (n * (n - 1)) + 2 * pairs_y / (m * (m - 1)) + 4 * crossed / (n * m)
    return 4 * alone_x / n + 4 * alone_y / m + together


def _within(rows: np.ndarray, level: float) -> Sums:
    """Over the pairs of different rows of one set."""
    return _sums(_stripes(rows, rows, level, own=True), len(rows))


def _sums(stripes: Iterator[np.ndarray], width: int) -> Sums:
    rows, columns, squares = [], np.zeros(width), 0.0
    for stripe in stripes:
        rows.append(stripe.sum(1))
        columns += stripe.sum(0)
        squares += float(np.vdot(stripe, stripe))
    return Sums(np.concatenate(rows), columns, squares)


def _stripes(x: np.ndarray, y: np.ndarray, level: float, own: bool = False) -> Iterator[np.ndarray]:
    """The kernel less ``level``, some rows at a time; 0 where a row meets itself in its ``own`` set."""
    step = max(_STRIPE // len(y), 1)
    for start in range(0, len(x), step):
        stripe = _kernel(x[start : start + step], y) - level
        if own:
            places = np.arange(len(stripe))
            stripe[places, start + places] = 0.0
        yield stripe


def _kernel(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    found: np.ndarray = (x @ y.T / x.shape[1] + 1) ** 3
    return found
