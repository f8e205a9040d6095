"""Kernel inception distance over any features: the unbiased MMD² under a cubic kernel, from all rows, with an interval.

Bińkowski et al. (2018), "Demystifying MMD GANs", section 4: k(x, y) = (x·y / d + 1)³.  Unlike FID its expectation
does not depend on the number of samples, and it is 0 for equal distributions (an estimate may be negative).

The estimate is the U-statistic over all pairs (Gretton et al. 2012, eq. 3), where Bińkowski averages over subsets.  Its
variance is the sum over the parts of Hoeffding's decomposition (Hoeffding 1948; Sutherland & Deka 2019, "Unbiased
estimators for the variance of MMD estimators"): what single rows add, which rules between unlike sets, and what pairs
add, which is all that there is between like ones.  Each part is estimated without bias from sums over rows and columns
of the kernel, so no more than a stripe of it is held at once.

Images of one group (frames of a film, pictures of a patient) are alike, and pairs of these would make a set look denser
than what it was drawn from.  So where a set comes in groups only pairs of different groups count, and the interval is
the jackknife's that leaves out a group at a time.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from trasluz.messages import N_
from trasluz.metrics.described import Metric
from trasluz.metrics.intervals import UNKNOWN, students_quantile
from trasluz.metrics.u_statistics import (
    FEWEST,
    BetweenGroups,
    Sums,
    jackknife_variance,
    pairs_between,
    pairs_within,
)

METRICS = {"samples/kid": Metric(N_("Kernel distance (KID)"), "number", "lower")}

_STRIPE = 4_000_000  # values of the kernel held at once: 32 MB


Groups = tuple[np.ndarray | None, np.ndarray | None]  # int64 of either set; None where each row is by itself


def kid(
    first: np.ndarray, second: np.ndarray, confidence: float = 0.95, groups: Groups = (None, None)
) -> tuple[float, float, float]:
    """MMD² of features ``[n, d]`` and ``[m, d]`` from all rows, with its interval: ``(value, low, high)``.

    Student's t with as many degrees of freedom as the smaller set has rows, or groups, less one; infinite with fewer
    than four of these in a set.  Memory does not grow with n·m.

    Raises:
        ValueError: a set has fewer than two rows.
    """
    fewest = min(len(first), len(second))
    if fewest < 2:
        raise ValueError(f"MMD² needs at least 2 rows of features in each set, not {fewest}")
    x, y = np.asarray(first, np.float64), np.asarray(second, np.float64)
    # The same number off every value of the kernel changes neither MMD² nor its variance, and saves digits.
    level = float(_kernel(x[:1], y).mean())
    if any(each is not None for each in groups):
        numbers = [
            np.arange(len(rows)) if each is None else np.unique(each, return_inverse=True)[1].reshape(-1)
            for each, rows in zip(groups, (x, y), strict=True)
        ]
        fewest = min(int(each.max()) + 1 for each in numbers)
        if fewest >= FEWEST:
            value, variance = _by_groups(x, y, level, numbers)
            half = students_quantile(fewest, confidence) * math.sqrt(variance)
            return value, value - half, value + half
    within_x, within_y = _within(x, level), _within(y, level)
    between = _sums(_stripes(x, y, level), len(y))
    value = within_x.mean + within_y.mean - 2 * float(between.rows.sum()) / (len(x) * len(y))
    if fewest < FEWEST:
        return value, *UNKNOWN
    half = students_quantile(fewest, confidence) * math.sqrt(_variance(within_x, within_y, between))
    return value, value - half, value + half


def _by_groups(x: np.ndarray, y: np.ndarray, level: float, numbers: Sequence[np.ndarray]) -> tuple[float, float]:
    """The estimate over pairs of different groups, and its variance by the jackknife."""
    within = [
        BetweenGroups.of(_sums(_stripes(rows, rows, level, of), len(rows)).rows, of)
        for rows, of in zip((x, y), numbers, strict=True)
    ]
    between = _sums(_stripes(x, y, level), len(y))
    total, pairs = float(between.rows.sum()), len(x) * len(y)
    variance = 0.0
    for own, rows, of, across in zip(within, (x, y), numbers, (between.rows, between.columns), strict=True):
        sizes = np.bincount(of)
        without = (total - np.bincount(of, weights=across)) / (pairs * (1 - sizes / len(rows)))
        variance += jackknife_variance(own.left_out - 2 * without)
    return within[0].value + within[1].value - 2 * total / pairs, variance


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
    return _sums(_stripes(rows, rows, level, np.arange(len(rows))), len(rows))


def _sums(stripes: Iterator[np.ndarray], width: int) -> Sums:
    rows, columns, squares = [], np.zeros(width), 0.0
    for stripe in stripes:
        rows.append(stripe.sum(1))
        columns += stripe.sum(0)
        squares += float(np.vdot(stripe, stripe))
    return Sums(np.concatenate(rows), columns, squares)


def _stripes(x: np.ndarray, y: np.ndarray, level: float, own: np.ndarray | None = None) -> Iterator[np.ndarray]:
    """The kernel less ``level``, some rows at a time; within one set 0 where a row meets its ``own`` group ``[n]``."""
    step = max(_STRIPE // len(y), 1)
    for start in range(0, len(x), step):
        stripe = _kernel(x[start : start + step], y) - level
        if own is not None:
            stripe[own[start : start + step, None] == own] = 0.0
        yield stripe


def _kernel(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    found: np.ndarray = (x @ y.T / x.shape[1] + 1) ** 3
    return found
