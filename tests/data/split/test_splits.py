"""Splits: disjoint, complete, stratified, repeatable, and never through a group of duplicates."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trasluz.data.split.draw import draw_places
from trasluz.data.split.splits import Rule, make_splits
from trasluz.errors import RecipeError
from trasluz.rng import Rng

NO_GROUPS = np.arange
Given = dict[str, np.ndarray]


def split(
    labels: np.ndarray | None,
    given: Given | None = None,
    valid: Rule = None,
    test: Rule = None,
    seed: int = 0,
    groups: np.ndarray | None = None,
    n: int | None = None,
    identities: np.ndarray | None = None,
) -> Given:
    count = len(labels) if labels is not None else n or 0
    groups = NO_GROUPS(count) if groups is None else groups
    places = draw_places(np.arange(count) if identities is None else identities, groups, Rng(seed))
    return make_splits(labels, given or {}, valid, test, places, groups)


@given(data=st.data(), n=st.integers(20, 200), classes=st.integers(1, 6), seed=st.integers(0, 5))
@settings(max_examples=100, deadline=None)
def test_splits_are_disjoint_cover_all_and_keep_groups_together(
    data: st.DataObject, n: int, classes: int, seed: int
) -> None:
    noise = np.random.default_rng(seed)
    labels = noise.integers(0, classes, n)
    groups = noise.integers(0, data.draw(st.integers(n // 2, 4 * n)), n)
    valid, test = data.draw(st.sampled_from([0.1, 0.3, None])), data.draw(st.sampled_from([0.2, None]))
    try:
        made = split(labels, valid=valid, test=test, seed=seed, groups=groups)
    except RecipeError as error:
        assert "gives none" in str(error)  # noqa: PT017 - all rows of a class may be copies of one another
        return
    assert sorted(np.concatenate(list(made.values())).tolist()) == list(range(n))
    side = np.empty(n, object)
    for name, rows in made.items():
        side[rows] = name
    for group in np.unique(groups):
        assert len(set(side[groups == group])) == 1
    again = split(labels, valid=valid, test=test, seed=seed, groups=groups)
    assert made.keys() == again.keys()
    assert all(np.array_equal(made[name], again[name]) for name in made)


def test_fractions_are_stratified_to_within_one_image() -> None:
    labels = np.repeat([0, 1, 2], [700, 250, 50])
    made = split(labels, valid=0.1, test=0.2)
    assert [len(made[name]) for name in ("train", "valid", "test")] == [700, 100, 200]
    assert np.bincount(labels[made["valid"]]).tolist() == [70, 25, 5]
    assert np.bincount(labels[made["test"]]).tolist() == [140, 50, 10]


def test_uneven_classes_still_add_up_to_the_fraction() -> None:
    labels = np.repeat(np.arange(10), 7)
    made = split(labels, valid=0.1)
    assert len(made["valid"]) == 7
    assert np.bincount(labels[made["valid"]]).max() == 1


def test_every_class_keeps_an_image_to_train_on() -> None:
    labels = np.array([0] * 30 + [1] * 2 + [2])
    made = split(labels, valid=0.45, test=0.45)
    assert set(labels[made["train"]]) == {0, 1, 2}


def test_a_group_larger_than_a_quota_does_not_block_smaller_ones() -> None:
    groups = np.array([0] * 50 + list(range(1, 51)))
    for seed in range(5):
        made = split(np.zeros(100, int), valid=0.1, seed=seed, groups=groups)
        assert len(made["valid"]) == 10
        assert (made["valid"] >= 50).all()


def test_another_seed_splits_otherwise() -> None:
    labels = np.zeros(100, int)
    assert not np.array_equal(split(labels, valid=0.2)["valid"], split(labels, valid=0.2, seed=1)["valid"])


def test_last_n_is_exactly_the_end_of_the_training_images_in_order() -> None:
    given_test = {"train": np.arange(60), "test": np.arange(60, 70)}
    made = split(np.zeros(70, int), given_test, valid="last 5", test=0.5)
    assert made["valid"].tolist() == [55, 56, 57, 58, 59]
    assert made["train"].tolist() == list(range(55))
    assert made["test"].tolist() == list(range(60, 70))


def test_given_splits_are_kept_and_only_missing_ones_made() -> None:
    rows = {"train": np.arange(0, 50), "valid": np.arange(50, 60)}
    made = split(np.zeros(60, int), rows, valid=0.3, test=None)
    assert made["valid"].tolist() == list(range(50, 60))
    assert made["train"].tolist() == list(range(50))
    assert "test" not in made


def test_only_a_test_split_given_takes_validation_from_the_rest() -> None:
    made = split(np.zeros(100, int), {"test": np.arange(0, 100, 2)}, valid=0.2)
    assert len(made["valid"]) == 10
    assert (made["valid"] % 2 == 1).all()


def test_a_class_that_is_only_in_test_is_no_error() -> None:
    labels = np.array([0] * 20 + [1] * 5)
    assert set(labels[split(labels, {"test": np.arange(20, 25)}, valid=0.1)["train"]]) == {0}


def test_images_without_labels_are_split_at_random() -> None:
    made = split(None, valid=0.25, n=40)
    assert len(made["valid"]) == 10
    assert not np.array_equal(made["valid"], np.arange(30, 40))


def test_several_labels_per_image_are_stratified_by_their_combination() -> None:
    labels = np.array([[True, False], [True, True]] * 50)
    made = split(labels, valid=0.2)
    assert np.bincount(labels[made["valid"]][:, 1]).tolist() == [10, 10]


@pytest.mark.parametrize("rule", [None, 0.0])
def test_none_and_nought_make_no_split(rule: Rule) -> None:
    assert list(split(np.zeros(5, int), valid=rule)) == ["train"]


@pytest.mark.parametrize(
    ("n", "valid", "test", "words"),
    [
        (10, "last 10", None, "data.valid: 'last 10' .* only 10 training samples; give at most 9"),
        (10, "last 3", "last 8", "data.valid: 'last 3' .* only 2 training samples"),
        (3, 0.1, None, "data.valid: 0.1 of 3 training samples gives none"),
        (1, 0.1, None, "data.valid: 0.1 of 1 training samples gives none"),
        (1, "last 1", None, "data.valid: 'last 1'"),
        (10, 0.5, 0.5, "data.valid: 0.5 of 10 training samples leaves nothing to train on"),
    ],
)
def test_a_rule_that_cannot_be_met_is_one_sentence(n: int, valid: Rule, test: Rule, words: str) -> None:
    with pytest.raises(RecipeError, match=words):
        split(np.zeros(n, int), valid=valid, test=test)


def test_classes_of_one_image_each_cannot_give_a_validation_image() -> None:
    with pytest.raises(
        RecipeError, match=r"each of the 10 classes has a single sample.*--set data\.valid=null --set data\.test=null"
    ):
        split(np.arange(10), valid=0.2)


def test_samples_that_are_all_equal_cannot_be_split() -> None:
    with pytest.raises(RecipeError, match=r"data\.valid: all 10 training samples are the same"):
        split(np.zeros(10, int), valid=0.2, groups=np.zeros(10, int))


def test_a_source_that_is_all_test_has_nothing_to_split() -> None:
    made = split(np.zeros(6, int), {"test": np.arange(6)}, valid=0.1)
    assert len(made["train"]) == 0
    assert list(made) == ["train", "test"]


def many(n: int = 600, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Labels of three classes in uneven shares, and numbers that stand for contents."""
    noise = np.random.default_rng(seed)
    return noise.choice(3, n, p=[0.6, 0.3, 0.1]), noise.integers(-(2**63), 2**63 - 1, n)


def held(made: Given, name: str, identities: np.ndarray) -> set[int]:
    return set(identities[made[name]].tolist())


def test_the_order_of_the_rows_and_the_numbers_of_the_classes_change_nothing() -> None:
    labels, identities = many()
    order = np.random.default_rng(1).permutation(len(labels))
    before = split(labels, valid=0.15, test=0.2, identities=identities)
    other = split(np.array([2, 0, 1])[labels[order]], valid=0.15, test=0.2, identities=identities[order])
    for name in before:
        assert held(before, name, identities) == held(other, name, identities[order])


@given(small=st.integers(1, 30), large=st.integers(1, 45), test=st.sampled_from([None, 0.1, 0.25]))
@settings(max_examples=60, deadline=None)
def test_a_larger_fraction_holds_a_smaller_one_and_what_the_other_takes_changes_nothing(
    small: int, large: int, test: Rule
) -> None:
    labels, identities = many()
    low, high = sorted((small / 100, large / 100))
    few, more = (split(labels, valid=v, test=test, identities=identities) for v in (low, high))
    assert set(few["valid"]) <= set(more["valid"])
    assert np.array_equal(few["valid"], split(labels, valid=low, identities=identities)["valid"])
    if test is not None:
        assert np.array_equal(few["test"], more["test"])
        assert set(few["test"]) <= set(split(labels, test=0.3, identities=identities)["test"])


def test_a_folder_with_more_images_keeps_nearly_all_of_its_validation() -> None:
    labels, identities = many(1000)
    before = held(split(labels[:900], valid=0.2, identities=identities[:900]), "valid", identities[:900])
    after = held(split(labels, valid=0.2, identities=identities), "valid", identities)
    assert len(before & after) >= 0.95 * len(before)


def test_many_small_classes_are_drawn_in_their_share_and_not_all_or_none() -> None:
    labels = np.concatenate([np.zeros(800, np.int64), 1 + np.arange(200) // 2])
    counts = []
    for seed in range(10):
        made = split(labels, valid=0.1, seed=seed)
        assert len(made["valid"]) == 100
        counts.append(int((labels[made["valid"]] > 0).sum()))
    # Each of the 100 classes of two gives one image in a fifth of the draws: 20 of them, 4 the standard deviation.
    assert 15 < np.mean(counts) < 25


def test_large_groups_are_drawn_no_sooner_than_small_ones() -> None:
    groups = np.concatenate([np.repeat(np.arange(20), 20), np.arange(400, 800)])
    large = [(split(None, valid=0.2, n=800, groups=groups, seed=seed)["valid"] < 400).mean() for seed in range(40)]
    assert 0.4 < np.mean(large) < 0.6


def test_equal_shares_of_every_seed_are_independent() -> None:
    labels = np.zeros(1000, np.int64)
    first, second = (set(split(labels, valid=0.1, seed=seed)["valid"]) for seed in (0, 1))
    assert 2 <= len(first & second) <= 22  # 10 expected, 3 the standard deviation


def test_a_group_of_two_classes_goes_whole_and_counts_with_the_one_that_most_of_it_has() -> None:
    labels = np.repeat([0, 1], 50)
    groups = np.arange(100)
    groups[[0, 50, 51]] = 0
    for seed in range(20):
        made = split(labels, valid=0.3, seed=seed, groups=groups)
        sides = [{0, 50, 51} & set(rows) for rows in made.values()]
        assert {0, 50, 51} in sides
