"""Means of what is known, where checks had nothing to say of some images."""

from __future__ import annotations

import numpy as np


def known_mean(values: np.ndarray, axis: int) -> np.ndarray:
    """The mean of the finite ``values`` along ``axis``; NaN where there are none."""
    known = np.isfinite(values)
    counts = known.sum(axis)
    total = np.where(known, values, 0).sum(axis)
    found: np.ndarray = np.divide(total, counts, out=np.full(counts.shape, np.nan), where=counts > 0)
    return found
