"""Dealing whole groups into folds, so that sizes and classes of the folds come near to each other.

Groups are few and large beside single samples and can hold several classes, so that no fold can have just its share:
the largest are dealt first, each to the fold that it brings nearest to what every fold should have (as scikit-learn's
``StratifiedGroupKFold`` and, of sizes alone, ``GroupKFold`` do), and single ones are moved while that helps.
"""

from __future__ import annotations

import numpy as np

_MOST_PASSES = 5  # over all groups; a second one seldom finds more than a few
_HELPS = 1e-9  # a distance that shrinks by less is rounding


def deal_groups(counts: np.ndarray, sizes: np.ndarray, places: np.ndarray, count: int) -> np.ndarray:
    """The fold of each group, int64 ``[g]``, from 0 to ``count`` − 1; none is empty where there are enough groups.

    ``counts``: float64 ``[g, classes]``, labels in each group; ``sizes``: int64 ``[g]``, rows; ``places``: float64
    ``[g]``, the draw, which decides between groups that are equally large.
    """
    have = np.concatenate([counts, sizes[:, None]], axis=1).astype(np.float64)
    target = have.sum(axis=0) / count
    dealt = _Dealt(have, np.maximum(target, 1.0), target, count)
    for group in np.lexsort((places, -sizes)).tolist():
        dealt.put(group, dealt.best(group))
    for _pass in range(_MOST_PASSES):
        if not sum(dealt.move(group) for group in range(len(sizes))):
            break
    return dealt.fold


class _Dealt:
    """Which fold each group is in, and what each fold has of every class and in all."""

    def __init__(self, have: np.ndarray, scale: np.ndarray, target: np.ndarray, count: int) -> None:
        self.fold = np.full(len(have), -1)
        self._of_group, self._scale, self._target = have, scale, target
        self._folds = np.zeros((count, have.shape[1]))
        self._members = np.zeros(count, np.int64)

    def best(self, group: int) -> int:
        """The fold that should get it: of those that are still empty where no more groups are left than these."""
        grown = self._grown_by(group)
        left = int((self.fold < 0).sum())
        empty = self._members == 0
        if left <= int(empty.sum()):
            grown = np.where(empty, grown, np.inf)
        return int(np.lexsort((self._folds[:, -1], grown))[0])

    def put(self, group: int, fold: int) -> None:
        """Into ``fold``, out of the one where it was."""
        before = int(self.fold[group])
        if before >= 0:
            self._folds[before] -= self._of_group[group]
            self._members[before] -= 1
        self.fold[group] = fold
        self._folds[fold] += self._of_group[group]
        self._members[fold] += 1

    def move(self, group: int) -> bool:
        """Moves it where that brings the folds nearer to their shares; whether it did."""
        home = int(self.fold[group])
        if self._members[home] < 2:
            return False
        without = self._distance(self._folds[home] - self._of_group[group]) - self._distance(self._folds[home])
        change = self._grown_by(group) + without
        change[home] = 0.0
        new = int(change.argmin())
        if change[new] > -_HELPS:
            return False
        self.put(group, new)
        return True

    def _grown_by(self, group: int) -> np.ndarray:
        """By how much the distance of each fold grows with the group, ``[count]``."""
        grown: np.ndarray = self._distance(self._folds + self._of_group[group]) - self._distance(self._folds)
        return grown

    def _distance(self, have: np.ndarray) -> np.ndarray:
        """χ² from what every fold should have."""
        distance: np.ndarray = ((have - self._target) ** 2 / self._scale).sum(axis=-1)
        return distance
