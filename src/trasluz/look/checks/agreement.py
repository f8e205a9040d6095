"""How well two maps agree on which places matter more: Spearman's rank correlation, with ties sharing a rank."""

from __future__ import annotations

import numpy as np
from scipy.stats import rankdata


def spearman(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Rank correlation (−1 to 1) of ``a`` and ``b`` ``[..., values]`` over the last axis, float64 ``[...]``.

    NaN where one of them is the same everywhere.
    """
    first, second = (_centred_ranks(values) for values in np.broadcast_arrays(a, b))
    products = (first * second).sum(-1)
    norms = np.sqrt((first**2).sum(-1) * (second**2).sum(-1))
    found: np.ndarray = np.divide(products, norms, out=np.full(products.shape, np.nan), where=norms > 0)
    return found


def _centred_ranks(values: np.ndarray) -> np.ndarray:
    ranks: np.ndarray = np.asarray(rankdata(values, axis=-1), np.float64)
    centred: np.ndarray = ranks - ranks.mean(-1, keepdims=True)
    return centred
