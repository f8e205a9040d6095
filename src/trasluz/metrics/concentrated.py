"""Where a few marked ones among many lie: whether a group holds more of them than chance would give it."""

from __future__ import annotations

import math

import numpy as np


def chance_of_as_many(there: int, group: int, marked: int, count: int) -> float:
    """The probability that ``group`` of ``count`` things, drawn blindly, hold ``there`` or more of the ``marked`` ones.

    The upper tail of the hypergeometric distribution (Fisher's exact test, one-sided; Fisher 1934); exact but for
    rounding.
    """
    most = min(group, marked)
    if there <= max(0, group + marked - count):
        return 1.0
    if there > most:
        return 0.0
    terms = [
        _log_choose(marked, k) + _log_choose(count - marked, group - k) - _log_choose(count, group)
        for k in range(there, most + 1)
    ]
    return min(1.0, float(np.exp(np.logaddexp.reduce(terms))))


def rank_chance(first: np.ndarray, second: np.ndarray) -> float:
    """The probability that ``first`` would lie as far above ``second`` by chance: one-sided, by ranks (Mann and Whitney
    1947), normal with a correction for ties and for continuity; 1 where either is empty or all values are one.

    ``first`` and ``second``: float ``[n]`` and ``[m]``.
    """
    from scipy.stats import rankdata

    n, m = len(first), len(second)
    if not n or not m:
        return 1.0
    both = np.concatenate([first, second])
    above = float(rankdata(both)[:n].sum()) - n * (n + 1) / 2
    _values, ties = np.unique(both, return_counts=True)
    total = n + m
    variance = n * m / 12 * (total + 1 - float((ties**3 - ties).sum()) / (total * (total - 1)))
    if variance <= 0:
        return 1.0
    z = (above - n * m / 2 - 0.5) / math.sqrt(variance)
    return 0.5 * math.erfc(z / math.sqrt(2))


def _log_choose(count: int, some: int) -> float:
    if not 0 <= some <= count:
        return -math.inf
    return math.lgamma(count + 1) - math.lgamma(some + 1) - math.lgamma(count - some + 1)
