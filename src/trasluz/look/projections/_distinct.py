"""Codes that are equal, taken together: methods that move points apart can do nothing with points in one place."""

from __future__ import annotations

import numpy as np


def distinct(codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The codes that differ, in the order in which they first come, and the place of each code among them, int64
    ``[n]``."""
    _values, first, back = np.unique(codes, axis=0, return_index=True, return_inverse=True)
    order = np.argsort(first)
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    return codes[first[order]], rank[back.reshape(-1)]
