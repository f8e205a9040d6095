"""``data.limit``: fewer training rows, each class in its share, drawn from the seed."""

from __future__ import annotations

import numpy as np

from trasluz.draws import Draws


def limit_rows(rows: np.ndarray, labels: np.ndarray | None, limit: int | None, draws: Draws) -> np.ndarray:
    """At most ``limit`` of ``rows``, in their order.

    With labels (int ``[n]`` or bool ``[n, classes]``, of all rows) the shares of the classes, or of the sets of
    several labels, stay as they are to the nearest image; a larger limit keeps the rows of a smaller one.
    """
    if limit is None or limit >= len(rows):
        return rows
    shuffled = rows[draws.permutation("limit", 0, len(rows)).numpy()]
    if labels is not None:
        strata = np.unique(labels[shuffled], axis=0, return_inverse=True)[1].reshape(-1)
        shuffled = shuffled[np.argsort(_places(strata), kind="stable")]
    return np.sort(shuffled[:limit])


def _places(strata: np.ndarray) -> np.ndarray:
    """Each row's place in its stratum, evenly between 0 and 1: the lowest places of all strata are in proportion."""
    order = np.argsort(strata, kind="stable")
    sizes = np.bincount(strata)
    rank = np.arange(len(strata)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    places = np.empty(len(strata))
    places[order] = (rank + 0.5) / sizes[strata[order]]
    return places
