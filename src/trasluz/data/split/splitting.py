"""Splitting: from what data say of their rows and what a recipe asks for to the rows of each split.

Data keep what the first is (``basis.py``), so that another fold, or another limit, of data that are open is a matter of
row numbers (``data/refold.py``): nothing is read or decoded again.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trasluz.data.split.basis import Basis
from trasluz.data.split.draw import draw_places
from trasluz.data.split.folds import Pool, take_fold
from trasluz.data.split.grouped import choose_groups
from trasluz.data.split.limit import keeping_order, limit_labels, limit_rows
from trasluz.data.split.splits import make_splits
from trasluz.recipe import DataSection
from trasluz.rng import Rng

_NONE = np.empty(0, np.int64)


@dataclass(frozen=True)
class Split:
    """``splits``: int64 rows of each; ``labels``: those that are left to training and to judge by; ``folds`` and
    ``test_folds``: how many there are, where the recipe asks for one."""

    splits: dict[str, np.ndarray]
    labels: np.ndarray | None
    folds: int | None = None
    test_folds: int | None = None


def split_by(basis: Basis, section: DataSection, seed: int) -> Split:
    """The rows of each split as ``section`` asks for; ``seed`` is the recipe's.

    Raises:
        RecipeError: a split, a fold or a limit that cannot be made.
    """
    rng = Rng(_seed(section, seed))
    places = draw_places(basis.identities, basis.units, rng)
    split = _folded(basis, section, places) if section.fold or section.test_fold else _plain(basis, section, places)
    splits = split.splits
    for_training = places
    for part in filter(None, (section.test_fold, section.fold)):  # or the folds of a small limit would share its rows
        rng = rng.child("limit", part.seed, part.repeat, part.index)
        for_training = draw_places(basis.identities, basis.units, rng)
    order = {name: keeping_order(name, for_training if name == "train" else places) for name in splits}
    limits = section.limits
    for name, limit in (("train", limits.train), ("valid", limits.valid), ("test", limits.test)):
        if name in splits:
            splits[name] = limit_rows(splits[name], basis.labels, limit, order[name])
    labels = limit_labels(basis.labels, splits["train"], section.labelled, order["train"])
    return Split(splits, labels, split.folds, split.test_folds)


def _seed(section: DataSection, seed: int) -> int:
    """Folds are held while the recipe's seed changes, and so is the test split that is drawn beside them: else an image
    on which one seed's network is judged last would have been chosen by with another's."""
    if section.split_seed is not None:
        return section.split_seed
    fold = section.test_fold or section.fold
    return seed if fold is None else fold.seed


def _plain(basis: Basis, section: DataSection, places: np.ndarray) -> Split:
    """Splits by ``data.valid`` and ``data.test``; where samples belong together, whole groups are chosen."""
    given, valid, test = basis.given, section.valid, section.test
    if basis.together is None:
        return Split(make_splits(basis.labels, given, valid, test, places, basis.copies), basis.labels)
    chosen = choose_groups(basis.labels, given, valid, test, places, basis.together)
    return Split(make_splits(basis.labels, {**given, **chosen}, None, None, places, basis.together), basis.labels)


def _folded(basis: Basis, section: DataSection, places: np.ndarray) -> Split:
    """Splits of which ``data.test_fold``, ``data.fold`` or both say one."""
    given = {name: rows for name, rows in basis.given.items() if name == "test" or not section.fold}
    test_folds = folds = None
    left_out = _NONE
    if section.test_fold is not None:
        left_out = np.asarray(given.get("test", _NONE), np.int64)
        rows = np.setdiff1d(np.arange(len(basis.units)), left_out)
        dealt = take_fold(_pool(basis, rows), section.test_fold, "data.test_fold")
        test_folds = dealt.count
        given = {name: np.setdiff1d(rows, dealt.chosen) for name, rows in given.items()}
        given["test"] = np.union1d(left_out, dealt.chosen)
    beside = section.model_copy(update={"valid": None}) if section.fold else section
    base = Basis(given, basis.copies, basis.together, basis.identities, basis.labels)
    splits = _plain(base, beside, places).splits
    if len(left_out):
        splits["test"] = np.setdiff1d(splits["test"], left_out)
    if section.fold is not None:
        dealt = take_fold(_pool(basis, splits["train"]), section.fold, "data.fold")
        folds = dealt.count
        splits = {"train": dealt.rest, "valid": dealt.chosen, **{k: v for k, v in splits.items() if k == "test"}}
    return Split(splits, basis.labels, folds, test_folds)


def _pool(basis: Basis, rows: np.ndarray) -> Pool:
    return Pool(rows, basis.units, basis.identities, basis.labels, basis.together is not None, basis.classes)
