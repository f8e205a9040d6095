"""Folds keep equal pictures on one side and spread every class."""

from __future__ import annotations

import dataclasses

import numpy as np

from tests.look.made_subjects import digits
from trasluz.look.classes.folds import FOLDS, folds, same_pictures


def test_every_class_is_spread_evenly_over_the_folds() -> None:
    labels = np.array([0] * 50 + [1] * 10 + [2] * 7)
    fold = folds(labels, np.arange(67))
    counts = [np.bincount(fold[labels == c], minlength=FOLDS) for c in range(3)]
    assert all(count.max() - count.min() <= 1 for count in counts)


def test_equal_and_nearly_equal_pictures_are_in_one_fold_whatever_their_labels() -> None:
    rng = np.random.default_rng(0)
    samples = rng.integers(0, 200, (60, 20, 20, 1), dtype=np.uint8)
    samples[30:40] = samples[:10]
    samples[40:50] = samples[:10] + 2  # a little brighter
    data = dataclasses.replace(digits(), samples=samples, labels=rng.integers(0, 2, 60), splits={})
    same = same_pictures(data, np.arange(60))
    np.testing.assert_array_equal(same, [*range(30), *range(10), *range(10), *range(50, 60)])
    fold = folds(np.asarray(data.labels), same)
    np.testing.assert_array_equal(fold, fold[same])
    assert len(np.unique(fold)) == FOLDS


def test_only_the_rows_asked_for_are_compared() -> None:
    data = digits()
    samples = data.samples.copy()
    samples[7] = samples[3]
    found = same_pictures(dataclasses.replace(data, samples=samples), np.array([2, 3, 5, 7]))
    assert found[3] == 1


def test_groups_stay_in_one_fold_where_every_class_is_in_enough_of_them() -> None:
    groups, labels = np.arange(120) // 6, np.arange(120) // 6 % 2
    fold = folds(labels, np.arange(120), groups)
    assert all(len(np.unique(fold[groups == group])) == 1 for group in range(20))
    assert len(np.unique(fold)) == FOLDS
    same = np.arange(120)
    same[7] = 0  # one picture in two groups brings them together
    assert len(np.unique(folds(labels, same, groups)[:12])) == 1
    few = folds(labels, np.arange(120), np.arange(120) // 40)  # a class that one fold would hold alone cannot be taught
    np.testing.assert_array_equal(few, folds(labels, np.arange(120)))
