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
