"""Folds: which of the rows that are not test validate, and which train, as ``data.fold`` says; ``data.test_fold`` takes
the rows that test in the same way, so that folds can be nested.

A ``Pool`` is what folds are dealt from.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trasluz.data.split.dealing import deal_units
from trasluz.data.split.dealing_groups import deal_groups
from trasluz.data.split.draw import draw_places
from trasluz.data.split.grouped import label_counts
from trasluz.data.split.units import Units
from trasluz.errors import RecipeError
from trasluz.messages import _, short
from trasluz.recipe.fold import LEAVE_ONE_GROUP_OUT, FoldSection
from trasluz.rng import Rng


@dataclass(frozen=True)
class Pool:
    """What folds are dealt from.

    ``rows``: int64 ``[m]``, ascending, those that a fold may take; of all rows: ``units`` int64 ``[n]``, equal for rows
    that stay together, ``identities`` int64 ``[n]``, ``labels`` int64 ``[n]`` (−1: none) or bool ``[n, classes]``, or
    ``None``.  ``grouped``: whether somebody said which samples belong together.  ``classes`` are the labels' names.
    """

    rows: np.ndarray
    units: np.ndarray
    identities: np.ndarray
    labels: np.ndarray | None
    grouped: bool
    classes: tuple[str, ...] = ()

    @property
    def single(self) -> np.ndarray | None:
        """The labels where each sample has one at most."""
        return self.labels if self.labels is not None and self.labels.ndim == 1 else None


@dataclass(frozen=True)
class Dealt:
    """``chosen``: int64 rows of the fold asked for; ``rest``: all others of the pool; ``count``: how many folds there
    are."""

    chosen: np.ndarray
    rest: np.ndarray
    count: int


def take_fold(pool: Pool, section: FoldSection, field: str) -> Dealt:
    """The fold that ``section``, the recipe's ``data.fold`` or another ``field``, asks for.

    Raises:
        RecipeError: groups that nobody named, more folds than samples, groups or samples of a class, no such fold, or
            one that takes all training samples of a class.
    """
    folds = all_folds(pool, section, field)
    count = int(folds.max(initial=-1)) + 1
    if section.index >= count:
        message = _("{field}.index: {index} is not allowed: there are {count} groups, so give 0 to {last}.")
        raise RecipeError(message.format(field=field, index=section.index, count=count, last=count - 1))
    mine = folds == section.index
    _check_trained(pool, mine, section, field)
    return Dealt(pool.rows[mine], pool.rows[~mine], count)


def all_folds(pool: Pool, section: FoldSection, field: str) -> np.ndarray:
    """The fold of each row of the pool, int64 ``[m]``, from 0 on.

    Raises:
        RecipeError: groups that nobody named, or more folds than samples, groups or samples of a class.
    """
    units = pool.units[pool.rows]
    if section.kind in ("group", LEAVE_ONE_GROUP_OUT) and not pool.grouped:
        message = _(
            "{field}.kind: {kind} needs to know which samples belong together; say so with data.group (a column, a "
            "folder or a pattern of names), or give groups with arrays."
        )
        raise RecipeError(message.format(field=field, kind=section.kind))
    if section.count is None:
        return _each_group(units, field)
    places = draw_places(pool.identities[pool.rows], units, rng_of(section).child(field))
    labels = None if pool.labels is None or section.kind == "plain" else pool.labels[pool.rows]
    if pool.grouped:
        return _groups(labels, units, places, section.count, field)
    single = labels if labels is not None and labels.ndim == 1 else np.zeros(len(units), np.int64)
    dealt = Units.of(single, places, units)
    _check_enough(pool, dealt, section.count, field)
    folds: np.ndarray = deal_units(dealt, section.count)[dealt.of_row]
    return folds


def rng_of(section: FoldSection) -> Rng:
    """What a fold's draws come from; another one for each repeat."""
    return Rng(section.seed).child("folds", section.repeat)


def _each_group(units: np.ndarray, field: str) -> np.ndarray:
    """Each group is a fold, numbered in the order in which they first occur."""
    groups, folds = np.unique(units, return_inverse=True)  # a group is named by its first row
    if len(groups) < 2:
        message = _("{field}: all {count} samples are one group, which cannot both train and validate.")
        raise RecipeError(message.format(field=field, count=len(units)))
    found: np.ndarray = folds.reshape(-1)
    return found


def _groups(labels: np.ndarray | None, units: np.ndarray, places: np.ndarray, count: int, field: str) -> np.ndarray:
    _values, first, inverse, sizes = np.unique(units, return_index=True, return_inverse=True, return_counts=True)
    if len(sizes) < count:
        message = _("{field}.count: {count} folds cannot be made of {groups} groups; give at most {groups}.")
        raise RecipeError(message.format(field=field, count=count, groups=len(sizes)))
    group = inverse.reshape(-1)
    folds: np.ndarray = deal_groups(label_counts(labels, group, len(sizes)), sizes, places[first], count)[group]
    return folds


def _check_enough(pool: Pool, units: Units, count: int, field: str) -> None:
    """Whether every fold gets a sample, of every class that is dealt."""
    if len(units.sizes) < count:
        message = _("{field}.count: {count} folds cannot be made of {units} different samples; give at most {units}.")
        raise RecipeError(message.format(field=field, count=count, units=len(units.sizes)))
    strata, held = np.unique(units.strata, return_counts=True)
    few = [(int(n), int(stratum)) for stratum, n in zip(strata, held, strict=True) if stratum >= 0 and n < count]
    if few and pool.single is not None:
        least, label = min(few)
        message = _(
            "{field}: the class {name} has {least} different samples for {count} folds, so that some would have none "
            "of it; give fewer folds, more samples of it, or {field}.kind=plain."
        )
        name = short(pool.classes[label], 100)
        raise RecipeError(message.format(field=field, name=name, least=least, count=count))


def _check_trained(pool: Pool, mine: np.ndarray, section: FoldSection, field: str) -> None:
    """Whether training keeps some of every class, where groups are dealt: of samples it keeps them as they are dealt,
    and ``plain`` folds promise nothing."""
    if pool.labels is None or not pool.grouped or section.kind == "plain":
        return
    counts = label_counts(pool.labels[pool.rows], (~mine).astype(np.int64), 2)
    lost = np.flatnonzero((counts[0] > 0) & (counts[1] == 0))
    if len(lost):
        message = _(
            "{field}: fold {index} holds all samples of the class {name}, so that training would have none of it; "
            "group more finely with data.group, or bring groups that have this class."
        )
        name = short(pool.classes[lost[0]], 100)
        raise RecipeError(message.format(field=field, index=section.index, name=name))
