"""How far a number could be off, by one method for each kind of number (docs/intervals.md tells them all and how often
each holds the truth).

All are two-sided at ``confidence`` (0.95 by default), return ``(low, high)``, and stay inside the range of what they
bound.  Where samples say nothing about their spread the interval is ``UNKNOWN``: people are shown none.
"""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable, Sequence
from statistics import NormalDist
from typing import Any

import numpy as np

from trasluz.rng import Rng

RESAMPLES = 1000
UNKNOWN = (-math.inf, math.inf)
_UNSEEN = 6  # samples: how slowly those that were seen rule out one that is as bad as can be
_VALUES = 200_000  # resampled at once, so that they stay in a processor's cache


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


def bootstrap(
    statistic: Callable[[np.ndarray], float],
    count: int,
    rng: Rng,
    confidence: float = 0.95,
    resamples: int = RESAMPLES,
) -> tuple[float, float]:
    """Percentile bootstrap interval (Efron 1979) for a number computed from some of ``count`` ≥ 1 samples.

    ``statistic`` takes the positions of a resample, int64 ``[count]``, drawn with replacement.
    """
    if count == 1:  # SciPy wants two; of one there is one resample
        alone = float(statistic(np.zeros(1, np.int64)))
        return alone, alone
    stats: Any = importlib.import_module("scipy.stats")  # its types do not name what it has
    # All resamples at once take 150 MB for 10,000 samples, and half as long again as by 20.  BCa intervals take five
    # times as long: they need the statistic without each of the samples, too.
    found = stats.bootstrap(
        (np.arange(count),),
        statistic,
        n_resamples=resamples,
        batch=max(_VALUES // count, 1),
        vectorized=False,
        confidence_level=confidence,
        method="percentile",
        rng=_numpy_generator(rng, "bootstrap"),
    ).confidence_interval
    return float(found.low), float(found.high)


def bootstrap_confusion(
    statistic: Callable[[np.ndarray], float],
    confusion: np.ndarray,
    rng: Rng,
    confidence: float = 0.95,
    resamples: int = RESAMPLES,
) -> tuple[float, float]:
    """Percentile bootstrap interval for a number computed from a confusion matrix ``[k, k]``, such as macro F1.

    Resampling n samples is one multinomial draw over the matrix's filled cells, whatever n.
    """
    # SciPy's bootstrap would draw the n samples one by one.
    generator = _numpy_generator(rng, "bootstrap-confusion")
    count, filled = int(confusion.sum()), np.nonzero(confusion)
    found = []
    for cells in generator.multinomial(count, confusion[filled] / count, size=resamples):
        resample = np.zeros_like(confusion)
        resample[filled] = cells
        found.append(statistic(resample))
    return _percentiles(np.array(found), confidence)


def _numpy_generator(rng: Rng, purpose: str) -> np.random.Generator:
    """NumPy's generator, seeded from the clock's dice for ``purpose``."""
    return np.random.default_rng(rng.generator(purpose).initial_seed())


def _percentiles(values: np.ndarray, confidence: float) -> tuple[float, float]:
    low, high = np.quantile(values, [0.5 - confidence / 2, 0.5 + confidence / 2])
    return float(low), float(high)


def shares_apart(first: tuple[int, int], second: tuple[int, int], confidence: float = 0.95) -> tuple[float, float]:
    """The interval of the first of two independent shares minus the second, each as ``(hits, count)``.

    Newcombe 1998, "Interval estimation for the difference between independent proportions", method 10: from Wilson's
    intervals of both, so that it stays inside [−1, 1]; ``(−1, 1)`` where either has a count of 0.
    """
    if 0 in (first[1], second[1]):
        return -1.0, 1.0
    (p, low, high), (q, least, most) = ((hits / n, *wilson(hits, n, confidence)) for hits, n in (first, second))
    return p - q - math.hypot(p - low, most - q), p - q + math.hypot(high - p, q - least)
