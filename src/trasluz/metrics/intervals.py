"""How far a number could be off: intervals for proportions, for means over seeds, and by resampling.

All are two-sided at ``confidence`` (0.95 by default) and return ``(low, high)``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from statistics import NormalDist

import numpy as np

from trasluz.rng import Rng

RESAMPLES = 1000


def wilson(hits: int, count: int, confidence: float = 0.95) -> tuple[float, float]:
    """Wilson's score interval for a proportion of ``hits`` in ``count`` independent trials (Wilson 1927).

    Stays inside [0, 1] and keeps its coverage near 0 and 1; ``(0, 1)`` when ``count`` is 0.
    """
    if count == 0:
        return 0.0, 1.0
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    share, spread = hits / count, z * z / count
    centre = (share + spread / 2) / (1 + spread)
    half = z * math.sqrt(share * (1 - share) / count + spread / (4 * count)) / (1 + spread)
    low = 0.0 if hits == 0 else centre - half
    high = 1.0 if hits == count else centre + half
    return low, high


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
    generator = _numpy_generator(rng, "bootstrap")
    found = [statistic(generator.integers(0, count, count)) for _ in range(resamples)]
    return _percentiles(np.array(found), confidence)


def bootstrap_mean(
    values: np.ndarray, rng: Rng, confidence: float = 0.95, resamples: int = RESAMPLES
) -> tuple[float, float]:
    """Percentile bootstrap interval for the mean of per-sample ``values`` ``[n]``, n ≥ 1."""
    wide = np.asarray(values, np.float64)
    return bootstrap(lambda positions: float(wide[positions].mean()), len(wide), rng, confidence, resamples)


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
