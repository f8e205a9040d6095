"""The probability of superiority: how often a value of one group is above one of another (Mann and Whitney 1947)."""

from __future__ import annotations

import numpy as np
from scipy.stats import rankdata


def superiority(values: np.ndarray, first: np.ndarray) -> np.ndarray:
    """For each column of ``values`` ``[n, c]``, the probability that a row of the ``first`` (bool ``[n]``) has more
    than one of the others, ties counted half: float64 ``[c]``, the area under the ROC curve."""
    ranks = rankdata(values, axis=0)
    ones = int(first.sum())
    zeros = len(first) - ones
    found: np.ndarray = (ranks[first].sum(0) - ones * (ones + 1) / 2) / (ones * zeros)
    return found
