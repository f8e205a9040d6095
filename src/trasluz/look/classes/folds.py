"""Folds in which each sample is judged by a probe that others taught: classes spread evenly, equal pictures together.

A copy of a sample in another fold would teach the probe that judges it the very label that is in question; so would the
other frames of its film, which are as often mislabelled together.
"""

from __future__ import annotations

import numpy as np

from trasluz.data.data import Data
from trasluz.data.describe.duplicates import exact_groups
from trasluz.data.describe.near_duplicates import near_duplicates
from trasluz.data.split.groups import linked
from trasluz.reporting import Reporter
from trasluz.rng import Rng

FOLDS = 5


def same_pictures(data: Data, rows: np.ndarray, reporter: Reporter | None = None) -> np.ndarray:
    """For each of ``rows`` the first place among them that holds the same sample, or nearly the same picture: int64
    ``[n]``, often its own place."""
    samples = np.asarray(data.samples[rows])
    exact = exact_groups(samples, reporter)
    near = near_duplicates(samples, data.value_range, exact, reporter).pairs
    first = exact.tolist()

    def root(place: int) -> int:
        while first[place] != place:
            place = first[place]
        return place

    for one, other in near.tolist():  # joined at the lower end, so that every chain leads to its first
        low, high = sorted((root(one), root(other)))
        first[high] = low
    return np.array([root(place) for place in range(len(rows))], np.int64)


def folds(labels: np.ndarray, same: np.ndarray, groups: np.ndarray | None = None) -> np.ndarray:
    """The fold of each sample, int64 ``[n]``: what is the ``same`` picture in one, those of a class in turns, in a
    drawn order.  Pictures that go together count as of the class of their first.

    ``groups``: int64 ``[n]``, kept in one fold, too, where each class is in so many that every fold's probe is taught
    it by others.
    """
    if groups is not None:
        together = linked(len(labels), same, groups)
        if all(len(np.unique(together[labels == label])) >= FOLDS for label in np.unique(labels)):
            same = together
    first = np.flatnonzero(same == np.arange(len(same)))
    order = first[Rng(0).permutation("confident-folds", 0, len(first)).numpy()]
    grouped = order[np.argsort(labels[order], kind="stable")]
    fold = np.empty(len(labels), np.int64)
    fold[grouped] = np.arange(len(grouped)) % FOLDS
    return np.asarray(fold[same])
