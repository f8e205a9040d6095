"""Splits: which rows train, which validate, which test; given by the source, or drawn from the data and a seed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from trasluz.data.split.draw import proportional, starts_of
from trasluz.errors import RecipeError
from trasluz.messages import _

Rule = float | str | None
SPLITTING = 2  # the rule by which splits are drawn; a lost splits.npz can be drawn again by the same one alone


def make_splits(
    labels: np.ndarray | None,
    given: Mapping[str, np.ndarray],
    valid: Rule,
    test: Rule,
    places: np.ndarray,
    groups: np.ndarray,
) -> dict[str, np.ndarray]:
    """Disjoint, sorted int64 rows under ``train``, ``valid`` and ``test`` that together cover all ``len(groups)`` rows.

    A split in ``given`` is kept as it is; the rows in neither a given ``valid`` nor a given ``test`` are the
    training images from which the missing ones are made: ``valid`` and ``test`` are a fraction of the training
    images (stratified by label; rows of one of ``groups``, int64 ``[n]`` of duplicate groups, stay together; a
    class keeps at least one group in ``train``), ``"last N"`` of them in the source's order (exactly these,
    duplicates or not), or ``None`` or 0 for no such split.  ``test`` is cut off before ``valid``.  ``labels`` are
    int ``[n]``, or bool ``[n, classes]`` with several per image, or ``None``.  ``train`` is empty when the source
    gives every row to another split.

    ``places``: float64 ``[n]`` of ``draw_places``; of each label ``valid`` takes the lowest, ``test`` the highest, so
    that neither depends on how large the other is, and a larger one holds a smaller one (but for groups that were too
    large for what was left).

    Raises:
        RecipeError: a fraction gives no image, or a rule leaves none to train on.
    """
    splits = {
        name: np.sort(np.asarray(rows, np.int64)) for name, rows in given.items() if name != "train" and len(rows)
    }
    pool = np.setdiff1d(np.arange(len(groups)), np.concatenate([*splits.values(), np.empty(0, np.int64)]))
    strata, free = _strata(labels, len(groups)), pool
    for name, rule in (("test", test), ("valid", valid)):
        if name in splits or not rule or len(pool) == 0:
            continue
        if isinstance(rule, str):
            chosen = _last(name, rule, free)
        else:
            _check_fraction(name, rule, len(pool), len(free))
            chosen = _fraction(name, rule, pool, free, strata, places, groups)
            _check_chosen(name, rule, len(pool), chosen, groups[free], None if labels is None else strata[free])
        splits[name] = chosen
        free = np.setdiff1d(free, chosen, assume_unique=True)
    return {"train": free, **{name: splits[name] for name in ("valid", "test") if name in splits}}


def _last(name: str, rule: str, free: np.ndarray) -> np.ndarray:
    count = int(rule.split()[1])
    if count >= len(free):
        most = len(free) - 1
        raise RecipeError(
            _(
                "data.{name}: {rule!r} leaves nothing to train on, because there are only {have} training samples; "
                "give at most {most}, or null for no such split."
            ).format(name=name, rule=rule, have=len(free), most=most)
        )
    return free[-count:]


def _check_fraction(name: str, fraction: float, whole: int, free: int) -> None:
    if round(fraction * whole) >= free:
        raise RecipeError(
            _(
                "data.{name}: {fraction} of {whole} training samples leaves nothing to train on; "
                "make data.valid and data.test smaller."
            ).format(name=name, fraction=fraction, whole=whole)
        )


def _check_chosen(
    name: str, fraction: float, whole: int, chosen: np.ndarray, groups: np.ndarray, strata: np.ndarray | None
) -> None:
    different = len(np.unique(groups))
    if len(chosen) == 0 and strata is not None and different == len(np.unique(strata)) > 1:
        message = _(
            "data.{name}: each of the {classes} classes has a single sample to give, which training needs, so that no "
            "split can be made; bring more samples of each class, or train without splits: "
            "--set data.valid=null --set data.test=null"
        )
        raise RecipeError(message.format(name=name, classes=different))
    if len(chosen) == 0 and different == 1 < len(groups):
        message = _(
            "data.{name}: all {whole} training samples are the same, and equal ones stay on one side of a split; set "
            "it to null."
        )
        raise RecipeError(message.format(name=name, whole=whole))
    if len(chosen) == 0:
        raise RecipeError(
            _(
                "data.{name}: {fraction} of {whole} training samples gives none; "
                "give a larger fraction, or null for no such split."
            ).format(name=name, fraction=fraction, whole=whole)
        )


@dataclass(frozen=True)
class _Groups:
    """Whole groups of some rows: each one's size, stratum (of most of its rows) and place, and each row's group."""

    of_row: np.ndarray
    sizes: np.ndarray
    strata: np.ndarray
    places: np.ndarray


def _fraction(
    name: str,
    fraction: float,
    pool: np.ndarray,
    free: np.ndarray,
    strata: np.ndarray,
    places: np.ndarray,
    groups: np.ndarray,
) -> np.ndarray:
    """About ``fraction`` of as many rows as ``pool`` has, out of the ``free`` ones, by strata and whole groups."""
    whole, mine = (_groups(rows, strata, places, groups) for rows in (pool, free))
    starts = starts_of(whole.strata, whole.places)
    takable = ~_keepers(mine.strata, mine.places)
    rows, most = (
        np.bincount(of.strata, weights=of.sizes * counted, minlength=len(starts)).astype(np.int64)
        for of, counted in ((whole, 1), (mine, takable))
    )
    above = name == "test"
    quotas = proportional(rows, round(fraction * len(pool)), most, 1 - starts if above else starts)
    order = np.argsort(-mine.places if above else mine.places, kind="stable")
    taken = _take_whole_groups(order[takable[order]], mine.strata, mine.sizes, quotas)
    chosen: np.ndarray = free[taken[mine.of_row]]
    return chosen


def _strata(labels: np.ndarray | None, count: int) -> np.ndarray:
    """A number per row that is equal for equal labels, or equal sets of several labels."""
    if labels is None:
        return np.zeros(count, np.int64)
    inverse: np.ndarray = np.unique(labels, axis=0, return_inverse=True)[1]
    return inverse.reshape(-1)


def _groups(rows: np.ndarray, strata: np.ndarray, places: np.ndarray, groups: np.ndarray) -> _Groups:
    _values, first, inverse, sizes = np.unique(groups[rows], return_index=True, return_inverse=True, return_counts=True)
    of_row = inverse.reshape(-1)
    pairs, counts = np.unique(np.stack([of_row, strata[rows]]), axis=1, return_counts=True)
    most = np.lexsort((pairs[1], -counts, pairs[0]))  # of each group the stratum of most rows, the lower of equals
    leading = most[np.unique(pairs[0][most], return_index=True)[1]]
    return _Groups(of_row, sizes, pairs[1][leading], places[rows[first]])


def _keepers(strata: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Bool per group: the one of each stratum nearest to the middle, which is left to training whatever is asked."""
    order = np.lexsort((np.abs(places - 0.5), strata))
    kept = np.zeros(len(strata), bool)
    kept[order[np.unique(strata[order], return_index=True)[1]]] = True
    return kept


def _take_whole_groups(order: np.ndarray, strata: np.ndarray, sizes: np.ndarray, quotas: np.ndarray) -> np.ndarray:
    """Bool per group: taken in ``order`` while it still fits into what is left of its stratum's quota."""
    left = quotas.tolist()
    taken = np.zeros(len(sizes), bool)
    for group, stratum, size in zip(order.tolist(), strata[order].tolist(), sizes[order].tolist(), strict=True):
        if size <= left[stratum]:
            left[stratum] -= size
            taken[group] = True
    return taken
