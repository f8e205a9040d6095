"""Dealing samples into folds: each row into one, each fold its share of every class, exact copies in the same.

Of each class the places of the draw (``draw.py``) are cut into as many stretches as there are folds, so that a folder
that gets more images keeps nearly all of its folds; who stands on the end of a stretch is what moves.
"""

from __future__ import annotations

import numpy as np

from trasluz.data.split.units import Units


def deal_units(units: Units, count: int) -> np.ndarray:
    """The fold of each unit, int64 ``[u]``, from 0 to ``count`` − 1.

    Where every unit is a single row, the folds' rows of each class differ by at most one, and so do the folds in all
    (as those of scikit-learn's ``StratifiedKFold``); larger units are dealt first, each to the fold with the fewest
    rows of its class.  A class with at least ``count`` units has one in every fold.
    """
    fold = np.empty(len(units.sizes), np.int64)
    whole = np.zeros(count, np.int64)  # rows of each fold, over the classes dealt so far
    for stratum in np.unique(units.strata):
        mine = np.flatnonzero(units.strata == stratum)
        mine = mine[np.argsort(units.places[mine], kind="stable")]
        fold[mine] = _deal_one_class(units.sizes[mine], whole)
        whole += np.bincount(fold[mine], weights=units.sizes[mine], minlength=count).astype(np.int64)
    return fold


def _deal_one_class(sizes: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """The folds of one class's units, which stand in the order of the draw; ``whole``: rows that the folds have."""
    fold = np.empty(len(sizes), np.int64)
    load = np.zeros(len(whole), np.int64)
    large = np.flatnonzero(sizes > 1)
    for unit in large[np.argsort(-sizes[large], kind="stable")].tolist():
        least = int(np.lexsort((whole + load, load))[0])
        fold[unit] = least
        load[least] += sizes[unit]
    single = np.flatnonzero(sizes == 1)
    fold[single] = np.repeat(np.arange(len(whole)), _filled_up(load, len(single), whole))
    return fold


def _filled_up(load: np.ndarray, rows: int, whole: np.ndarray) -> np.ndarray:
    """How many of ``rows`` single rows each fold gets, so that the folds' loads come as near to each other as they can.

    The last few, fewer than there are folds, go to those that have the fewest rows in all.
    """
    level, left = 0, rows
    ordered = np.sort(load)
    for folds in range(1, len(load) + 1):  # the lowest folds are filled up to the next one, as vessels are
        ceiling = ordered[folds] if folds < len(load) else np.inf
        room = (ceiling - ordered[folds - 1]) * folds
        level = int(ordered[folds - 1])
        if room > left:
            level += left // folds
            break
        left -= int(room)
    given = np.maximum(level - load, 0)
    lowest = np.flatnonzero(load <= level)
    last = lowest[np.argsort((whole + load + given)[lowest], kind="stable")][: rows - int(given.sum())]
    given[last] += 1
    return np.asarray(given)
