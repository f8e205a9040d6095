"""Units: rows that are dealt together, because they are exact copies or of one group."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Units:
    """``of_row`` int64 ``[n]``: the unit of each row; of each unit, ``[u]``: ``sizes`` (rows), ``strata`` (the one of
    most of its rows, the lower of equals) and ``places`` in [0, 1)."""

    of_row: np.ndarray
    sizes: np.ndarray
    strata: np.ndarray
    places: np.ndarray

    @staticmethod
    def of(strata: np.ndarray, places: np.ndarray, groups: np.ndarray) -> Units:
        """Rows of equal ``groups`` int64 ``[n]`` are one unit; ``strata`` int64 and ``places`` float64 are of rows."""
        _values, first, inverse, sizes = np.unique(groups, return_index=True, return_inverse=True, return_counts=True)
        of_row = inverse.reshape(-1)
        pairs, counts = np.unique(np.stack([of_row, strata]), axis=1, return_counts=True)
        most = np.lexsort((pairs[1], -counts, pairs[0]))
        leading = most[np.unique(pairs[0][most], return_index=True)[1]]
        return Units(of_row, sizes, pairs[1][leading], places[first])
