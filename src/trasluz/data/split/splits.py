"""Splits: which rows train, which validate, which test; given by the source, or made from the recipe and its seed."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from trasluz.errors import RecipeError
from trasluz.messages import _
from trasluz.rng import Rng

Rule = float | str | None


def make_splits(
    labels: np.ndarray | None,
    given: Mapping[str, np.ndarray],
    valid: Rule,
    test: Rule,
    rng: Rng,
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

    Raises:
        RecipeError: a fraction gives no image, or a rule leaves none to train on.
    """
    splits = {
        name: np.sort(np.asarray(rows, np.int64)) for name, rows in given.items() if name != "train" and len(rows)
    }
    pool = np.setdiff1d(np.arange(len(groups)), np.concatenate([*splits.values(), np.empty(0, np.int64)]))
    whole = len(pool)
    for name, rule in (("test", test), ("valid", valid)):
        if name in splits or not rule or whole == 0:
            continue
        chosen = (
            _last(name, rule, pool)
            if isinstance(rule, str)
            else _fraction(name, rule, pool, whole, labels, groups, rng)
        )
        splits[name] = chosen
        pool = np.setdiff1d(pool, chosen, assume_unique=True)
    return {"train": pool, **{name: splits[name] for name in ("valid", "test") if name in splits}}


def _last(name: str, rule: str, pool: np.ndarray) -> np.ndarray:
    count = int(rule.split()[1])
    if count >= len(pool):
        most = len(pool) - 1
        raise RecipeError(
            _(
                "data.{name}: {rule!r} leaves nothing to train on, because there are only {have} training samples; "
                "give at most {most}, or null for no such split."
            ).format(name=name, rule=rule, have=len(pool), most=most)
        )
    return pool[-count:]


def _fraction(
    name: str,
    fraction: float,
    pool: np.ndarray,
    whole: int,
    labels: np.ndarray | None,
    groups: np.ndarray,
    rng: Rng,
) -> np.ndarray:
    """About ``fraction · whole`` rows of ``pool``, by strata and whole groups."""
    wanted = round(fraction * whole)
    if wanted >= len(pool):
        raise RecipeError(
            _(
                "data.{name}: {fraction} of {whole} training samples leaves nothing to train on; "
                "make data.valid and data.test smaller."
            ).format(name=name, fraction=fraction, whole=whole)
        )
    strata = _strata(labels, pool)
    first, group, sizes = _groups(groups[pool])
    quotas = _quotas(strata[first], sizes, wanted)
    order = rng.permutation(f"split-{name}", 0, len(sizes)).numpy()
    taken = _take_whole_groups(order, strata[first], sizes, quotas)
    chosen: np.ndarray = pool[taken[group]]
    if len(chosen) == 0 and labels is not None and len(sizes) > 1 and _one_each(strata[first]):
        message = _(
            "data.{name}: each of the {classes} classes has a single sample to give, which training needs, so that no "
            "split can be made; bring more samples of each class, or train without splits: "
            "--set data.valid=null --set data.test=null"
        )
        raise RecipeError(message.format(name=name, classes=len(sizes)))
    if len(chosen) == 0 and len(sizes) == 1 < len(pool):
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
    return chosen


def _one_each(strata: np.ndarray) -> bool:
    """Whether no stratum, of the given one per group, has two groups."""
    return len(np.unique(strata)) == len(strata)


def _strata(labels: np.ndarray | None, pool: np.ndarray) -> np.ndarray:
    """A number per row of ``pool`` that is equal for equal labels, or equal sets of several labels."""
    if labels is None:
        return np.zeros(len(pool), np.int64)
    inverse: np.ndarray = np.unique(labels[pool], axis=0, return_inverse=True)[1]
    return inverse.reshape(-1)


def _groups(groups: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Per group: its first row and its size; and each row's group, numbered from 0."""
    _values, first, inverse, sizes = np.unique(groups, return_index=True, return_inverse=True, return_counts=True)
    return first, inverse.reshape(-1), sizes


def _quotas(strata: np.ndarray, sizes: np.ndarray, wanted: int) -> np.ndarray:
    """Rows to take of each stratum, adding up to ``wanted`` where possible (largest remainders), never all of one.

    ``strata`` and ``sizes`` are per group; a stratum can give all of its rows but its smallest group.
    """
    rows = np.bincount(strata, weights=sizes).astype(np.int64)
    smallest = np.full(len(rows), np.iinfo(np.int64).max)
    np.minimum.at(smallest, strata, sizes)
    most = rows - smallest
    exact = rows * (wanted / rows.sum())
    quotas: np.ndarray = np.minimum(np.floor(exact).astype(np.int64), most)
    for stratum in np.argsort(-(exact - np.floor(exact)), kind="stable"):
        if quotas.sum() >= wanted:
            break
        quotas[stratum] += quotas[stratum] < most[stratum]
    return quotas


def _take_whole_groups(order: np.ndarray, strata: np.ndarray, sizes: np.ndarray, quotas: np.ndarray) -> np.ndarray:
    """Bool per group: taken in ``order`` while it still fits into what is left of its stratum's quota."""
    left = quotas.tolist()
    taken = np.zeros(len(sizes), bool)
    for group, stratum, size in zip(order.tolist(), strata[order].tolist(), sizes[order].tolist(), strict=True):
        if size <= left[stratum]:
            left[stratum] -= size
            taken[group] = True
    return taken
