"""How far a number could be off: intervals for proportions, for means over seeds, and by resampling.

All are two-sided at ``confidence`` (0.95 by default) and return ``(low, high)``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from statistics import NormalDist

import numpy as np

from trasluz.draws import Draws

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


def student(values: Sequence[float], confidence: float = 0.95) -> tuple[float, float]:
    """Student's t interval for the mean of a few independent values, such as one per seed.

    A single value says nothing about its spread: the interval is infinite.
    """
    count = len(values)
    if count < 2:
        return -math.inf, math.inf
    from scipy.special import stdtrit

    mean = math.fsum(values) / count
    deviation = math.sqrt(math.fsum((v - mean) ** 2 for v in values) / (count - 1))
    half = float(stdtrit(count - 1, 0.5 + confidence / 2)) * deviation / math.sqrt(count)
    return mean - half, mean + half


def bootstrap_mean(
    values: np.ndarray, draws: Draws, confidence: float = 0.95, resamples: int = RESAMPLES
) -> tuple[float, float]:
    """Percentile bootstrap interval for the mean of per-sample ``values`` ``[n]`` (Efron 1979; n ≥ 1)."""
    generator = numpy_generator(draws, "bootstrap-mean")
    values = np.asarray(values, np.float64)
    means = np.array([values[generator.integers(0, len(values), len(values))].mean() for _ in range(resamples)])
    return _percentiles(means, confidence)


def bootstrap_confusion(
    statistic: Callable[[np.ndarray], float],
    confusion: np.ndarray,
    draws: Draws,
    confidence: float = 0.95,
    resamples: int = RESAMPLES,
) -> tuple[float, float]:
    """Percentile bootstrap interval for a number computed from a confusion matrix ``[k, k]``, such as macro F1.

    Resampling n samples is one multinomial draw over the matrix's cells, whatever n.
    """
    generator = numpy_generator(draws, "bootstrap-confusion")
    count = int(confusion.sum())
    cells = generator.multinomial(count, confusion.ravel() / count, size=resamples)
    return _percentiles(np.array([statistic(row.reshape(confusion.shape)) for row in cells]), confidence)


def numpy_generator(draws: Draws, purpose: str) -> np.random.Generator:
    """NumPy's generator, seeded from the clock's dice for ``purpose``."""
    return np.random.default_rng(draws.generator(purpose).initial_seed())


def _percentiles(values: np.ndarray, confidence: float) -> tuple[float, float]:
    low, high = np.quantile(values, [0.5 - confidence / 2, 0.5 + confidence / 2])
    return float(low), float(high)
