"""Folds have what scikit-learn's have: every row once, classes in their shares, groups whole; refusals are told."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.model_selection import GroupKFold, LeaveOneGroupOut, StratifiedGroupKFold, StratifiedKFold

from trasluz.data.split.dealing_groups import deal_groups
from trasluz.data.split.folds import Pool, all_folds, take_fold
from trasluz.errors import RecipeError
from trasluz.recipe import FoldSection


def pool(labels: np.ndarray | None, n: int = 0, units: np.ndarray | None = None, grouped: bool = False) -> Pool:
    n = n if labels is None else len(labels)
    names = () if labels is None else tuple("abcdefghijklmnopqrstuvwxyz")
    units = (
        np.arange(n)
        if units is None
        else np.unique(units, return_index=True)[1][np.unique(units, return_inverse=True)[1]]
    )
    return Pool(np.arange(n), units, np.arange(n) * 7919, labels, grouped, names)


def folds(made: Pool, **fields: object) -> np.ndarray:
    return all_folds(made, FoldSection.model_validate(fields), "data.fold")


def per_class(labels: np.ndarray, fold: np.ndarray) -> np.ndarray:
    """Int64 ``[classes, folds]``."""
    table = np.zeros((labels.max() + 1, fold.max() + 1), np.int64)
    np.add.at(table, (labels, fold), 1)
    return table


@given(n=st.integers(60, 400), classes=st.integers(1, 6), count=st.integers(2, 7), seed=st.integers(0, 99))
@settings(max_examples=60, deadline=None)
def test_stratified_folds_are_as_balanced_as_those_of_scikit_learn(n: int, classes: int, count: int, seed: int) -> None:
    labels = np.concatenate([np.repeat(np.arange(classes), count), np.random.default_rng(seed).integers(0, classes, n)])
    mine = folds(pool(labels), count=count, seed=seed)
    theirs = np.empty(len(labels), np.int64)
    for i, (_train, valid) in enumerate(StratifiedKFold(count, shuffle=True, random_state=seed).split(labels, labels)):
        theirs[valid] = i
    for fold in (mine, theirs):
        assert np.ptp(per_class(labels, fold), axis=1).max() <= 1
    assert np.ptp(np.bincount(mine, minlength=count)) <= 1
    assert np.ptp(np.bincount(mine)) <= np.ptp(np.bincount(theirs))


@given(n=st.integers(30, 200), copies=st.integers(1, 40), count=st.integers(2, 6), seed=st.integers(0, 99))
@settings(max_examples=60, deadline=None)
def test_exact_copies_are_in_one_fold_and_the_balance_is_kept_within_the_largest(
    n: int, copies: int, count: int, seed: int
) -> None:
    noise = np.random.default_rng(seed)
    units = noise.integers(0, n, n + copies)
    labels = units % 3
    if min(len(np.unique(units[labels == label])) for label in range(3)) < count:
        return
    fold = folds(pool(labels, units=units), count=count, seed=seed)
    assert all(len(set(fold[units == unit])) == 1 for unit in np.unique(units))
    table = per_class(labels, fold)
    assert table.min() >= 1
    assert np.ptp(table, axis=1).max() <= np.bincount(units).max()


def test_each_row_is_judged_once_and_rests_in_training_otherwise() -> None:
    labels = np.random.default_rng(0).integers(0, 4, 103)
    made = pool(labels)
    dealt = [take_fold(made, FoldSection(count=5, index=i), "data.fold") for i in range(5)]
    assert sorted(np.concatenate([one.chosen for one in dealt]).tolist()) == list(range(103))
    assert all(sorted([*one.chosen, *one.rest]) == list(range(103)) for one in dealt)


def test_another_repeat_or_seed_deals_anew_and_the_same_deals_the_same() -> None:
    made = pool(np.arange(200) % 4)
    first = folds(made)
    assert np.array_equal(first, folds(made))
    for other in ({"repeat": 1}, {"seed": 1}):
        agreeing = (first == folds(made, **other)).mean()
        assert 0.1 < agreeing < 0.3  # one in five by chance


def test_new_samples_leave_nearly_all_others_in_their_folds() -> None:
    labels = np.arange(1000) % 2
    assert (folds(pool(labels[:990])) == folds(pool(labels))[:990]).mean() > 0.97


@given(groups=st.integers(12, 60), count=st.integers(2, 6), seed=st.integers(0, 50))
@settings(max_examples=40, deadline=None)
def test_groups_stay_whole_and_are_balanced_no_worse_than_by_scikit_learn(groups: int, count: int, seed: int) -> None:
    noise = np.random.default_rng(seed)
    group = np.repeat(np.arange(groups), noise.integers(1, 15, groups))
    fold = folds(pool(None, len(group), group, True), count=count, kind="group", seed=seed)
    assert all(len(set(fold[group == one])) == 1 for one in range(groups))
    theirs = [len(valid) for _train, valid in GroupKFold(count).split(group, groups=group)]
    assert np.ptp(np.bincount(fold, minlength=count)) <= max(np.ptp(theirs), 1)


def test_classes_of_groups_are_balanced_as_by_scikit_learn() -> None:
    mine, theirs = [], []
    for seed in range(20):
        noise = np.random.default_rng(seed)
        group = np.repeat(np.arange(40), noise.integers(1, 15, 40))
        labels = (noise.random(len(group)) < noise.beta(1, 1, 40)[group]).astype(np.int64)
        fold = folds(pool(labels, units=group, grouped=True), count=4, seed=seed)
        other = np.empty(len(group), np.int64)
        for i, (_train, valid) in enumerate(StratifiedGroupKFold(4).split(labels, labels, group)):
            other[valid] = i
        for found, table in ((mine, per_class(labels, fold)), (theirs, per_class(labels, other))):
            found.append(float(np.ptp(table, axis=1).mean()))
    assert np.mean(mine) <= np.mean(theirs)


def test_no_fold_of_groups_is_empty_even_if_one_group_is_most_of_the_data() -> None:
    sizes = np.array([1000, 1, 1, 1])
    fold = deal_groups(np.zeros((4, 0)), sizes, np.linspace(0, 0.9, 4), 4)
    assert sorted(fold.tolist()) == [0, 1, 2, 3]


def test_leaving_one_group_out_gives_the_folds_of_scikit_learn() -> None:
    group = np.random.default_rng(0).integers(0, 9, 120)
    made = pool(np.arange(120) % 3, units=group, grouped=True)
    first_seen = list(dict.fromkeys(group.tolist()))
    theirs = [valid for _train, valid in LeaveOneGroupOut().split(group, groups=group)]
    for index in range(9):
        dealt = take_fold(made, FoldSection(kind="leave-one-group-out", index=index), "data.fold")
        assert dealt.count == 9
        assert np.array_equal(dealt.chosen, theirs[first_seen[index]])


def test_samples_with_several_labels_or_none_are_dealt_in_their_shares() -> None:
    several = np.random.default_rng(0).random((50, 4)) < 0.4
    assert np.ptp(np.bincount(folds(pool(several)))) == 0
    assert np.ptp(np.bincount(folds(pool(None, 52)))) == 1
    some = np.where(np.arange(60) % 3 == 0, -1, np.arange(60) % 3)
    assert (per_class(some + 1, folds(pool(some)))[[0, 2, 3]] == 4).all()


def test_folds_that_cannot_be_are_refused_in_a_sentence_with_what_can() -> None:
    def refusal(made: Pool, **fields: object) -> str:
        with pytest.raises(RecipeError) as refused:
            take_fold(made, FoldSection.model_validate(fields), "data.fold")
        return str(refused.value)

    rare = np.array([0] * 20 + [1] * 3)
    assert "class b has 3 different samples for 5 folds" in refusal(pool(rare))
    assert take_fold(pool(rare), FoldSection(kind="plain"), "data.fold").count == 5
    assert "at most 4" in refusal(pool(None, 4))
    assert "data.group" in refusal(pool(rare), kind="group")
    assert "data.group" in refusal(pool(rare), kind="leave-one-group-out")
    pairs = np.arange(23) // 2
    assert "at most 12" in refusal(pool(rare, units=pairs, grouped=True), count=13)
    assert "one group" in refusal(pool(rare, units=rare * 0, grouped=True), kind="leave-one-group-out")
    assert "0 to 1" in refusal(pool(rare, units=rare, grouped=True), kind="leave-one-group-out", index=2)
    lost = refusal(pool(rare, units=rare, grouped=True), kind="leave-one-group-out", index=1)
    assert "all samples of the class b" in lost
