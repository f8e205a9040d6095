"""How far a number could be off: intervals for proportions, for means over seeds, and by resampling.

All are two-sided at ``confidence`` (0.95 by default) and return ``(low, high)``.
"""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from trasluz.rng import Rng

RESAMPLES = 1000
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


def mean_interval(values: Sequence[float], confidence: float = 0.95) -> tuple[float, float, float]:
    """Mean of a few independent values, such as one per seed, with Student's t interval: ``(mean, low, high)``.

    A single value says nothing about its spread: its interval is infinite.
    """
    from scipy.special import stdtrit

    count = len(values)
    mean = math.fsum(values) / count
    if count < 2:
        return mean, -math.inf, math.inf
    deviation = math.sqrt(math.fsum((v - mean) ** 2 for v in values) / (count - 1))
    # Not scipy.stats.t.interval, which is NaN where all values are one.
    half = float(stdtrit(count - 1, 0.5 + confidence / 2)) * deviation / math.sqrt(count)
    return mean, mean - half, mean + half


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
    return _resampled(np.arange(count), statistic, rng, confidence, resamples, vectorized=False)


def bootstrap_mean(
    values: np.ndarray, rng: Rng, confidence: float = 0.95, resamples: int = RESAMPLES
) -> tuple[float, float]:
    """Percentile bootstrap interval for the mean of per-sample ``values`` ``[n]``, n ≥ 1."""
    return _resampled(np.asarray(values, np.float64), np.mean, rng, confidence, resamples, vectorized=True)


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


def _resampled(
    values: np.ndarray,
    statistic: Callable[..., float],
    rng: Rng,
    confidence: float,
    resamples: int,
    vectorized: bool,
) -> tuple[float, float]:
    """SciPy's percentile bootstrap of ``values`` ``[n]``."""
    if len(values) == 1:  # SciPy wants two; of one there is one resample
        alone = float(statistic(values))
        return alone, alone
    stats: Any = importlib.import_module("scipy.stats")  # its types do not name what it has
    generator = _numpy_generator(rng, "bootstrap")
    # All resamples at once take 150 MB for 10,000 samples, and half as long again as by 20.  BCa intervals take five
    # times as long: they need the statistic without each of the samples, too.
    batch = max(_VALUES // len(values), 1)
    found = stats.bootstrap(
        (values,),
        statistic,
        n_resamples=resamples,
        batch=batch,
        vectorized=vectorized,
        confidence_level=confidence,
        method="percentile",
        rng=generator,
    ).confidence_interval
    return float(found.low), float(found.high)


def _numpy_generator(rng: Rng, purpose: str) -> np.random.Generator:
    """NumPy's generator, seeded from the clock's dice for ``purpose``."""
    return np.random.default_rng(rng.generator(purpose).initial_seed())


def _percentiles(values: np.ndarray, confidence: float) -> tuple[float, float]:
    low, high = np.quantile(values, [0.5 - confidence / 2, 0.5 + confidence / 2])
    return float(low), float(high)
