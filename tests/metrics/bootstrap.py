"""Bootstrap intervals, by which those that are computed from formulas are checked."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import stats

from trasluz.rng import Rng

RESAMPLES = 1000
_VALUES = 200_000  # resampled at once, so that they stay in a processor's cache


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
