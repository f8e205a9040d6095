"""How far a number could be off, by one method for each kind of number (docs/intervals.md tells them all and how often
each holds the truth).

All are two-sided at ``confidence`` (0.95 by default), return ``(low, high)``, and stay inside the range of what they
bound.  Where samples say nothing about their spread the interval is ``UNKNOWN``: people are shown none.
"""

from __future__ import annotations

import importlib
import math
from collections.abc import Sequence
from functools import lru_cache
from statistics import NormalDist
from typing import Any

import numpy as np

UNKNOWN = (-math.inf, math.inf)
_UNSEEN = 6  # samples: how slowly those that were seen rule out one that is as bad as can be


@lru_cache(maxsize=4096)  # SciPy takes a millisecond for it, and rules of hundreds of cells ask for the same ones
def wilson(hits: int, count: int, confidence: float = 0.95) -> tuple[float, float]:
    """Wilson's score interval for a proportion of ``hits`` in ``count`` independent trials (Wilson 1927).

    Stays inside [0, 1] and keeps its coverage near 0 and 1; ``(0, 1)`` when ``count`` is 0.
    """
    if count == 0:
        return 0.0, 1.0
    stats: Any = importlib.import_module("scipy.stats")  # its types do not name what it has
    found = stats.binomtest(hits, count).proportion_ci(confidence, method="wilson")
    return float(found.low), float(found.high)


def score_interval(share: float, trials: float, confidence: float = 0.95) -> tuple[float, float]:
    """Wilson's interval around any ``share`` in [0, 1] that is as sure as one of ``trials`` > 0 yes-or-no answers.

    ``trials`` need not be whole: (share − p)² = z²·p(1 − p) / trials solved for p.
    """
    z2 = NormalDist().inv_cdf(0.5 + confidence / 2) ** 2 / trials
    centre = (share + z2 / 2) / (1 + z2)
    half = math.sqrt(z2 * share * (1 - share) + z2 * z2 / 4) / (1 + z2)
    # The ends of 0 and 1 are known; rounding would leave them out.
    return min(max(centre - half, 0.0), share), max(min(centre + half, 1.0), share)


def dispersed_interval(share: float, spread: float, widest: float, missed: int, count: int) -> tuple[float, float]:
    """The score interval of a number in [0, 1] with the dispersion that samples showed.

    ``spread``: variance of one sample's influence on it.  Dispersion is that over share·(1 − share), which it is for
    yes-or-no answers; then the interval is Wilson's.  Samples that are all perfect show no variance, and few that are
    not show too little, so one more is thought of that is as bad as can be, of dispersion ``widest``, with a weight
    of 6 / (``missed`` + 6): the next sample is worse than ``missed`` imperfect ones with a chance of 1 / (``missed`` +
    1), and with one of 3.7 / ``missed`` at most (97.5 %); six hold the truth where some per cent fail wholly
    (docs/intervals.md).  So the interval does not jump where the last mistake goes.
    """
    whole, weight = count * share * (1 - share), _UNSEEN / (missed + _UNSEEN)
    dispersion = (count * spread + weight * widest) / (whole + weight)
    return score_interval(share, count / dispersion)


def bounded_mean(values: np.ndarray, least: float = 0.0, most: float = 1.0) -> tuple[float, float]:
    """The interval for the mean of per-sample scores ``[n]``, n ≥ 1, that lie between ``least`` and ``most``.

    Of yes-or-no scores it is Wilson's; of others the score interval with their dispersion (``dispersed_interval``).
    """
    wide = np.clip((np.asarray(values, np.float64) - least) / (most - least), 0, 1)
    share = float(wide.mean())
    missed = int(np.count_nonzero(wide < 1 if share >= 0.5 else wide > 0))
    low, high = dispersed_interval(share, float(wide.var()), 1.0, missed, len(wide))
    return least + low * (most - least), least + high * (most - least)


def positive_mean(values: np.ndarray, confidence: float = 0.95) -> tuple[float, float]:
    """The interval for the mean of per-sample scores ``[n]`` that are 0 at least and have no largest value.

    Student's t on the logarithm of the mean, whose standard error is that of the mean over the mean (delta method):
    errors are skewed, and so is the interval.  ``UNKNOWN`` where all are the same.
    """
    wide = np.asarray(values, np.float64)
    largest = float(wide.max())
    if wide.min() == largest:
        return UNKNOWN
    mean, half = float(wide.mean()), _students_half(wide / largest, confidence)  # squares of tiny numbers would be 0
    factor = math.exp(min(half / float((wide / largest).mean()), 700.0))  # finite whatever the spread
    return mean / factor, mean * factor


def unbounded_mean(values: np.ndarray, confidence: float = 0.95) -> tuple[float, float]:
    """Student's t interval for the mean of per-sample scores ``[n]`` without bounds; ``UNKNOWN`` where all are the
    same."""
    wide = np.asarray(values, np.float64)
    mean, half = float(wide.mean()), _students_half(wide, confidence)
    return (mean - half, mean + half) if half > 0 and wide.min() < wide.max() else UNKNOWN


def mean_interval(values: Sequence[float], confidence: float = 0.95) -> tuple[float, float, float]:
    """Mean of independent values without bounds, with Student's t interval: ``(mean, low, high)``.

    A single value says nothing about its spread: its interval is infinite.
    """
    count = len(values)
    mean = math.fsum(values) / count
    if count < 2:
        return mean, *UNKNOWN
    deviation = math.sqrt(math.fsum((v - mean) ** 2 for v in values) / (count - 1))
    # Not scipy.stats.t.interval, which is NaN where all values are one.
    half = students_quantile(count, confidence) * deviation / math.sqrt(count)
    return mean, mean - half, mean + half


def students_quantile(count: int, confidence: float) -> float:
    """By how many standard errors of a mean of ``count`` values Student's interval reaches; infinite for one."""
    from scipy.special import stdtrit

    return float(stdtrit(count - 1, 0.5 + confidence / 2)) if count > 1 else math.inf


def logistic(value: float) -> float:
    """1 / (1 + e^(−value)), without overflow at either end."""
    return 0.5 * (1 + math.tanh(value / 2))


def _students_half(values: np.ndarray, confidence: float) -> float:
    """Half of Student's interval for the mean of ``values`` ``[n]``; 0 where n is 1."""
    count = len(values)
    if count < 2:
        return 0.0
    return students_quantile(count, confidence) * float(values.std(ddof=1)) / math.sqrt(count)


def shares_apart(
    first: tuple[float, float], second: tuple[float, float], confidence: float = 0.95
) -> tuple[float, float]:
    """The interval of the first of two independent shares minus the second, each as ``(hits, count)``, whole or not.

    Newcombe 1998, "Interval estimation for the difference between independent proportions", method 10: from Wilson's
    intervals of both, so that it stays inside [−1, 1]; ``(−1, 1)`` where either has a count of 0.
    """
    if 0 in (first[1], second[1]):
        return -1.0, 1.0
    p, q = first[0] / first[1], second[0] / second[1]
    (low, high), (least, most) = score_interval(p, first[1], confidence), score_interval(q, second[1], confidence)
    return p - q - math.hypot(p - low, most - q), p - q + math.hypot(high - p, q - least)
