"""Splits by groups: whole groups are chosen so that size and shares of the classes come near to what was asked for.

Groups are few and large beside single samples, and can hold several classes, so that no quota per class can be met:
what counts is the distance from it.  First every class gets a group, in so far as that does not take too much from
training; then each other group, in the order of the draw, is taken if it brings the distance down, and given back or
exchanged for another if that brings it down in the end.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from trasluz.data.split.limit import keeping_order
from trasluz.data.split.splits import Rule
from trasluz.errors import RecipeError
from trasluz.messages import _

_MOST_OVER = 2.0  # times what was asked for, so that every class is there to be judged …
_MOST_SHARE = 1 / 3  # … or this share of the training samples, where groups are large
_MOST_PASSES = 5  # over all groups; a second one seldom finds more than a few
_LOOKED_AT = 50  # groups of one class, or of a side, among which the best is chosen
_MOST_EXCHANGES = 20  # each takes a few milliseconds


def choose_groups(
    labels: np.ndarray | None,
    given: Mapping[str, np.ndarray],
    valid: Rule,
    test: Rule,
    places: np.ndarray,
    groups: np.ndarray,
) -> dict[str, np.ndarray]:
    """Int64 rows of ``valid`` and ``test`` where a rule asks for them and the source has not ``given`` them.

    The arguments are those of ``make_splits``, with ``places`` drawn for these groups; ``groups`` int64 ``[n]``: rows
    of equal numbers stay together, also those of ``"last N"``.

    Raises:
        RecipeError: no group can leave the training samples, or the last N samples cut one in two.
    """
    taken = [rows for name, rows in given.items() if name != "train" and len(rows)]
    pool = np.setdiff1d(np.arange(len(groups)), np.concatenate([*taken, np.empty(0, np.int64)]))
    whole, found = len(pool), {}
    for name, rule in (("test", test), ("valid", valid)):
        if len(given.get(name, ())) or not rule or not whole:
            continue
        if isinstance(rule, str):
            chosen = _last(name, rule, pool, groups)
        else:
            chosen = _fraction(name, rule, whole, _Pool.of(pool, labels, groups, keeping_order(name, places)))
        found[name] = chosen
        pool = np.setdiff1d(pool, chosen, assume_unique=True)
    return found


def _last(name: str, rule: str, pool: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """The last N rows, whose groups begin among them."""
    count = int(rule.split()[1])
    if count >= len(pool) or np.isin(groups[pool[-count:]], groups[pool[:-count]]).any():
        message = _(
            "data.{name}: {rule!r} cuts a group in two or leaves none to train on; give a fraction, which takes whole "
            "groups, or null for no such split."
        )
        raise RecipeError(message.format(name=name, rule=rule))
    return pool[-count:]


@dataclass(frozen=True)
class _Pool:
    """Training rows by groups: ``group`` of each row, and ``sizes`` ``[g]`` and ``counts`` of labels ``[g, classes]``
    of each group, in the order of the draw."""

    rows: np.ndarray
    group: np.ndarray
    sizes: np.ndarray
    counts: np.ndarray

    @staticmethod
    def of(rows: np.ndarray, labels: np.ndarray | None, groups: np.ndarray, order: np.ndarray) -> _Pool:
        """The groups stand in the order of ``order``, float64 ``[n]`` of all rows and equal within a group."""
        drawn = np.argsort(order[rows], kind="stable")
        _numbers, first, inverse = np.unique(groups[rows][drawn], return_index=True, return_inverse=True)
        place = np.empty(len(first), np.int64)
        place[np.argsort(first)] = np.arange(len(first))
        group = np.empty(len(rows), np.int64)
        group[drawn] = place[inverse.reshape(-1)]
        counts = label_counts(None if labels is None else labels[rows], group, len(first))
        return _Pool(rows, group, np.bincount(group), counts)


def label_counts(labels: np.ndarray | None, group: np.ndarray, groups: int) -> np.ndarray:
    """Float64 ``[groups, classes]``: labels in each group; no class where nothing is labelled."""
    if labels is None:
        return np.zeros((groups, 0))
    if labels.ndim == 1:
        rows = np.flatnonzero(labels >= 0)
        classes, width = labels[rows], int(labels.max(initial=-1)) + 1
    else:
        rows, classes = np.nonzero(labels)
        width = labels.shape[1]
    flat = np.bincount(group[rows] * width + classes, minlength=groups * width)
    return flat.reshape(groups, width).astype(np.float64)


def _fraction(name: str, fraction: float, whole: int, pool: _Pool) -> np.ndarray:
    """Rows of whole groups, about ``fraction · whole`` of them.

    Raises:
        RecipeError: there is one group only, or each holds all samples of some class.
    """
    wanted = max(fraction * whole, 1.0)
    choice = _Choice(pool, wanted)
    choice.cover_classes(max(_MOST_OVER * wanted, _MOST_SHARE * len(pool.rows)))
    choice.fill()
    choice.exchange()
    if not choice.taken.any():
        choice.take_nearest()  # all are far larger than what is wanted
    if not choice.taken.any():
        raise RecipeError(_say_none(name, pool))
    chosen: np.ndarray = pool.rows[choice.taken[pool.group]]
    return chosen


def _say_none(name: str, pool: _Pool) -> str:
    if len(pool.sizes) == 1:
        message = _(
            "data.{name}: all {count} training samples are one group, which stays on one side; group more finely with "
            "data.group, or set data.{name}=null."
        )
        return message.format(name=name, count=len(pool.rows))
    message = _(
        "data.{name}: each of the {groups} groups holds all training samples of some class, so none can leave them; "
        "group more finely with data.group, or set data.{name}=null."
    )
    return message.format(name=name, groups=len(pool.sizes))


class _Choice:
    """Which groups leave the training samples; ``taken`` bool ``[g]``."""

    def __init__(self, pool: _Pool, wanted: float) -> None:
        self.pool = pool
        self.taken = np.zeros(len(pool.sizes), bool)
        self.wanted = wanted
        whole = pool.counts.sum(axis=0)
        self._target = whole * (wanted / len(pool.rows))
        self._left, self._have = whole, np.zeros(len(whole))
        self._size = 0

    def cover_classes(self, most: float) -> None:
        """A group for each class that can spare one, the nearest to what is wanted, while that makes at most ``most``
        rows; the rarest classes first, because one group may hold several."""
        groups_of = (self.pool.counts > 0).sum(axis=0)
        for label in np.argsort(groups_of, kind="stable"):
            if groups_of[label] < 2 or self._have[label]:
                continue
            holding = np.flatnonzero((self.pool.counts[:, label] > 0) & ~self.taken)[:_LOOKED_AT]
            fits = [g for g in holding.tolist() if self._may(g) and self._size + self.pool.sizes[g] <= most]
            if fits:
                self._take(min(fits, key=self._distance_with))

    def fill(self) -> None:
        """Takes each group, in the order of the draw, that brings the choice nearer to what is wanted; gives back taken
        ones that keep it away from it; again, until nothing helps."""
        now = self._distance(self._have, self._size)
        for _pass in range(_MOST_PASSES):
            before = now
            for group in range(len(self.taken)):
                then = self._distance_with(group, -1 if self.taken[group] else 1)
                if then < now and (self._needless(group) if self.taken[group] else self._may(group)):
                    self._take(group, -1 if self.taken[group] else 1)
                    now = then
            if now == before:
                break

    def exchange(self) -> None:
        """Exchanges a taken group for another, the two that bring the choice nearest, until that helps no more: the
        first of each alone can keep the choice from what a few groups could give."""
        for _turn in range(_MOST_EXCHANGES):
            found = [pair for out in np.flatnonzero(self.taken)[:_LOOKED_AT] if (pair := self._best_for(int(out)))]
            if not found:
                break
            _then, out, new = min(found)
            self._take(out, -1)
            self._take(new)

    def _best_for(self, out: int) -> tuple[float, int, int] | None:
        """The distance when the best other group stands in the place of ``out``, with both; ``None`` if none helps."""
        others = np.flatnonzero(~self.taken)[:_LOOKED_AT]
        counts, sizes = self.pool.counts, self.pool.sizes
        have, left = (self._have - counts[out]) + counts[others], (self._left + counts[out]) - counts[others]
        allowed = ~((counts[others] > 0) & (left <= 0)).any(axis=1) & ~((counts[out] > 0) & (have <= 0)).any(axis=1)
        size = self._size - int(sizes[out]) + sizes[others]
        now = self._distance(self._have, self._size)
        then = [self._distance(have[i], int(size[i])) if allowed[i] else np.inf for i in range(len(others))]
        best = int(np.argmin(then)) if then else 0
        return (then[best], out, int(others[best])) if then and then[best] < now else None

    def take_nearest(self) -> None:
        """The one group that comes nearest."""
        groups = [group for group in range(len(self.taken)) if self._may(group)]
        if groups:
            self._take(min(groups, key=self._distance_with))

    def _may(self, group: int) -> bool:
        """Whether training keeps rows, and some of every class, without it."""
        counts = self.pool.counts[group]
        rest = len(self.pool.rows) - self._size - int(self.pool.sizes[group])
        return rest > 0 and not bool(((counts > 0) & (self._left - counts <= 0)).any())

    def _needless(self, group: int) -> bool:
        """Whether others of every class that it holds are taken, too."""
        counts = self.pool.counts[group]
        return not bool(((counts > 0) & (self._have - counts <= 0)).any())

    def _take(self, group: int, sign: int = 1) -> None:
        """Takes a group, or with −1 gives it back."""
        self.taken[group] = sign > 0
        self._have = self._have + sign * self.pool.counts[group]
        self._left = self._left - sign * self.pool.counts[group]
        self._size += sign * int(self.pool.sizes[group])

    def _distance_with(self, group: int, sign: int = 1) -> float:
        return self._distance(
            self._have + sign * self.pool.counts[group], self._size + sign * int(self.pool.sizes[group])
        )

    def _distance(self, have: np.ndarray, size: int) -> float:
        """χ² of the classes' counts and of the size from what is wanted of them."""
        classes = ((have - self._target) ** 2 / np.maximum(self._target, 1.0)).sum()
        return float(classes + (size - self.wanted) ** 2 / self.wanted)
