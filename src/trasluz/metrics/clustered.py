"""How far a number could be off where samples come in groups (frames of a video, pictures of a patient).

Samples of a group are right or wrong together, so that 500 of 10 videos say less than 500 of 500.  A share gets
Wilson's interval for as many independent samples as these are worth (the design effect of Kish 1965; Korn & Graubard
1998, "Confidence intervals for proportions with small expected number of positive counts estimated from survey data",
of whom the t quantile is, too); other numbers get the jackknife that leaves out a group at a time (Wolter 2007, chapter
4).  All are two-sided at ``confidence`` and stay inside the range of what they bound.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from statistics import NormalDist
from typing import Literal

import numpy as np

from trasluz.metrics.intervals import UNKNOWN, logistic, mean_interval, score_interval, students_quantile, wilson

_MOST_LEFT_OUT = 200  # times that the jackknife computes a number; more groups are left out together
Range = Literal["share", "positive", "any"]


def clustered_share(values: np.ndarray, groups: np.ndarray, confidence: float = 0.95) -> tuple[float, float]:
    """The interval for the mean of per-sample ``values`` ``[n]`` in [0, 1], n ≥ 1, by ``groups`` int64 ``[n]``.

    Where all values are 0 or all are 1 nothing shows how alike a group is, so each counts as one sample.  Of a single
    group nothing is known: ``(0, 1)``.
    """
    worth = worth_for_interval(values, groups, confidence)
    if not worth:
        return 0.0, 1.0
    return score_interval(float(np.asarray(values, np.float64).mean()), worth, confidence)


def worth_for_interval(values: np.ndarray, groups: np.ndarray, confidence: float = 0.95) -> float:
    """As how many independent samples ``values`` ``[n]`` in [0, 1] count in an interval: ``effective_samples`` less
    what a variance that few groups estimated takes; 0 of a single group."""
    number = len(np.unique(groups))
    return effective_samples(values, groups) * _fewer(number, confidence) if number > 1 else 0.0


def hits_interval(hits: np.ndarray, groups: np.ndarray | None, confidence: float = 0.95) -> tuple[float, float]:
    """The interval for the share of ``hits`` bool ``[n]``: Wilson's where samples are independent (no ``groups``, or an
    empty array of them), else by ``groups`` int64 ``[n]``."""
    if groups is None or not len(groups):
        return wilson(int(hits.sum()), len(hits), confidence)
    return clustered_share(hits, groups, confidence)


def any_mean(values: np.ndarray, groups: np.ndarray | None, confidence: float = 0.95) -> tuple[float, float, float]:
    """Mean of ``values`` ``[n]`` without bounds, n ≥ 1, with its interval: ``(mean, low, high)``.

    Student's t where samples are independent (no ``groups``, or an empty array of them), else the jackknife by groups.
    Infinite where there is one value, or one group.
    """
    if groups is None or not len(groups):
        return mean_interval([float(value) for value in values], confidence)
    mean = float(values.mean(dtype=np.float64))
    found = jackknife(lambda at: float(values[at].mean(dtype=np.float64)), groups, "any", confidence)
    return mean, *(found or UNKNOWN)


def effective_samples(values: np.ndarray, groups: np.ndarray) -> float:
    """How many independent samples ``values`` ``[n]`` in [0, 1] of two ``groups`` or more are worth.

    n over the design effect: the variance of their mean (a ratio of totals, linearised) over share·(1 − share) / n.
    At most n, and the number of groups where all values are 0 or all are 1.
    """
    values = np.asarray(values, np.float64)
    numbers = np.unique(groups, return_inverse=True)[1].reshape(-1)
    sums, sizes = np.bincount(numbers, weights=values), np.bincount(numbers)
    count, number, share = len(values), len(sizes), float(values.mean())
    if share <= 0 or share >= 1:
        return float(number)
    variance = number / (number - 1) * float(((sums - share * sizes) ** 2).sum()) / count**2
    return min(share * (1 - share) / variance, count) if variance > 0 else float(count)


def effective_pairs(apart: np.ndarray, groups: np.ndarray, confidence: float = 0.95) -> float:
    """How many independent pairs the differences ``apart`` ``[n]`` of two ``groups`` or more are worth for an interval.

    As ``effective_samples``, with the variance that the differences have themselves; the number of groups where all of
    them are the same.  Less what a variance that few groups estimated takes.
    """
    apart = np.asarray(apart, np.float64)
    numbers = np.unique(groups, return_inverse=True)[1].reshape(-1)
    sums, sizes = np.bincount(numbers, weights=apart), np.bincount(numbers)
    count, number, mean = len(apart), len(sizes), float(apart.mean())
    alone = float(((apart - mean) ** 2).sum()) / count**2
    together = number / (number - 1) * float(((sums - mean * sizes) ** 2).sum()) / count**2
    worth = float(number) if alone <= 0 else count * min(alone / together, 1.0) if together > 0 else float(count)
    return worth * _fewer(number, confidence)


def jackknife(
    statistic: Callable[[np.ndarray], float], groups: np.ndarray, within: Range, confidence: float = 0.95
) -> tuple[float, float] | None:
    """The interval for a number computed from some of the samples, by ``groups`` int64 ``[n]``.

    ``statistic`` takes positions, int64.  On the logit of a ``share``, on the logarithm of a ``positive`` number; a
    share that is 0 or 1 without any spread gets Wilson's interval with each group as one sample.  ``None`` where there
    are fewer than two groups, or a number is not finite.
    """
    numbers = np.unique(groups, return_inverse=True)[1].reshape(-1)
    number = int(numbers.max()) + 1
    if number < 2:
        return None
    blocks = numbers % min(number, _MOST_LEFT_OUT)
    count = int(blocks.max()) + 1
    whole = statistic(np.arange(len(groups)))
    parts = np.array([statistic(np.flatnonzero(blocks != block)) for block in range(count)])
    if not (math.isfinite(whole) and np.isfinite(parts).all()):
        return None
    error = math.sqrt((count - 1) / count * float(((parts - parts.mean()) ** 2).sum()))
    half = students_quantile(count, confidence) * error
    if within == "share":
        if whole <= 0 or whole >= 1:
            return score_interval(whole, number * _fewer(number, confidence), confidence)
        centre, half = math.log(whole / (1 - whole)), half / (whole * (1 - whole))
        return logistic(centre - half), logistic(centre + half)
    if within == "positive":
        if whole <= 0:
            return None
        factor = math.exp(min(half / whole, 700.0))  # finite whatever the spread
        return whole / factor, whole * factor
    return whole - half, whole + half


def _fewer(groups: int, confidence: float) -> float:
    """What a variance that was itself estimated from few ``groups`` takes from the number of samples."""
    return (NormalDist().inv_cdf(0.5 + confidence / 2) / students_quantile(groups, confidence)) ** 2
