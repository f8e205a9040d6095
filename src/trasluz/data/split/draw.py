"""The draw: each sample's place in [0, 1), a function of its content and a seed and of nothing else.

Validation takes the lowest of each class, test the highest, and a limited training set those nearest to the middle.
So two recipes on one folder judge the same images whatever else they say, a larger fraction holds the images of a
smaller one, and a folder that gets more images keeps nearly all of its split.
"""

from __future__ import annotations

import numpy as np

from trasluz.rng import Rng

_LOWER_DIGITS = 2.0**20  # a place has 53 bits: what is behind the first 20 is a draw of its own


def draw_places(identities: np.ndarray, groups: np.ndarray, rng: Rng) -> np.ndarray:
    """Float64 ``[n]`` in [0, 1): the same place for all rows of one of ``groups`` int64 ``[n]``.

    ``identities``: int64 ``[n]`` (``describe/identities.py``).  A group is known by the least of its rows', which says
    nothing about how large it is, so that large groups are drawn no sooner than small ones.
    """
    _values, group = np.unique(groups, return_inverse=True)
    least = np.full(len(_values), np.iinfo(np.int64).max)
    np.minimum.at(least, group.reshape(-1), identities)
    return rng.places("split", least)[group.reshape(-1)]


def proportional(rows: np.ndarray, wanted: int, most: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """How many of each stratum to take, int64 ``[k]``, so that ``wanted`` come together (or as many as there are).

    ``rows``: each stratum's size; ``most``: how many it can give at most.  Systematic sampling: the r-th row of a
    stratum of n stands at (r + start) / n, and the ``wanted`` that stand first are taken.  So each stratum gives its
    share to within one row, a larger ``wanted`` takes no row back, which largest remainders would (Balinski and Young
    1975), and of many small strata it is their ``starts`` in [0, 1) that say which of them give one.
    """
    strata = np.repeat(np.arange(len(rows)), most)
    rank = np.arange(len(strata)) - np.repeat(np.cumsum(most) - most, most)
    position = (rank + starts[strata]) / rows[strata]
    first = np.argsort(position, kind="stable")[: max(wanted, 0)]
    return np.bincount(strata[first], minlength=len(rows))


def starts_of(strata: np.ndarray, places: np.ndarray) -> np.ndarray:
    """A draw in [0, 1) for each stratum: the lower digits of the lowest of its ``places``, so that it follows from
    the data and the seed, too, and not from how the strata are numbered."""
    lowest = np.ones(int(strata.max(initial=-1)) + 1)
    np.minimum.at(lowest, strata, places)
    fraction: np.ndarray = (lowest * _LOWER_DIGITS) % 1.0
    return fraction
