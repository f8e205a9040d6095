from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from trasluz.data.arrays import from_arrays
from trasluz.data.data import Data
from trasluz.data.opening import open_data
from trasluz.data.split.draw import draw_places
from trasluz.data.split.limit import keeping_order, limit_labels, limit_rows
from trasluz.data.split.splits import make_splits
from trasluz.errors import RecipeError
from trasluz.recipe import DataSection
from trasluz.rng import Rng


def order(n: int, seed: int = 0) -> np.ndarray:
    return draw_places(np.arange(n), np.arange(n), Rng(seed))


def labels_of(*shares: int) -> np.ndarray:
    return np.repeat(np.arange(len(shares)), shares)


def test_labels_are_kept_in_the_shares_of_the_classes_and_only_in_training() -> None:
    labels = labels_of(100, 50, 250)
    train = np.arange(0, 400, 2)
    found = limit_labels(labels, train, 40, order(400, 3))
    assert found is not None
    assert np.bincount(found[train][found[train] >= 0]).tolist() == [10, 5, 25]
    assert np.array_equal(found[1::2], labels[1::2])
    assert np.array_equal(found[train][found[train] >= 0], labels[train][found[train] >= 0])
    assert np.array_equal(labels, labels_of(100, 50, 250))


def test_more_labels_keep_the_fewer_and_the_seed_decides() -> None:
    labels, rows = labels_of(60, 60), np.arange(120)

    def kept(count: int, seed: int) -> set[int]:
        found = limit_labels(labels, rows, count, order(120, seed))
        assert found is not None
        return set(np.flatnonzero(found >= 0).tolist())

    assert len(kept(10, 0)) == 10
    assert kept(10, 0) < kept(30, 0)
    assert kept(10, 0) == kept(10, 0)
    assert kept(10, 0) != kept(10, 1)
    assert len(kept(500, 0)) == 120


def test_what_had_no_label_gets_none_and_does_not_count() -> None:
    labels = np.array([0, -1, 1, -1, 0, 1])
    found = limit_labels(labels, np.arange(6), 2, order(6))
    assert found is not None
    assert np.bincount(found[found >= 0]).tolist() == [1, 1]
    assert (found[[1, 3]] == -1).all()


@pytest.mark.parametrize("labels", [None, np.ones((4, 2), bool)])
def test_data_without_one_label_per_sample_are_refused(labels: np.ndarray | None) -> None:
    with pytest.raises(RecipeError, match=r"data\.labelled: .*set it to null"):
        limit_labels(labels, np.arange(4), 2, order(4))


def opened(**section: int) -> Data:
    images = np.random.default_rng(0).integers(0, 255, (60, 4, 4, 1), np.uint8)
    raw = from_arrays(images, labels_of(30, 30).tolist())
    return open_data(DataSection(source="arrays", valid=0.2, **section), 3, arrays=raw)


def test_a_recipe_asks_for_labels_and_validation_keeps_its_own() -> None:
    data = opened(labelled=6)
    assert data.labels is not None
    assert len(data.split("train")) == 48
    assert (data.labels[data.split("train")] >= 0).sum() == 6
    assert (data.labels[data.split("valid")] >= 0).all()


@pytest.mark.parametrize("split", ["train", "valid", "test"])
def test_a_larger_limit_keeps_the_rows_of_a_smaller_one(split: str) -> None:
    labels = np.random.default_rng(0).integers(0, 4, 500)
    wanted = keeping_order(split, order(500))
    kept = [set(limit_rows(np.arange(500), labels, count, wanted).tolist()) for count in range(1, 500, 7)]
    assert all(few < more for few, more in pairwise(kept))
    assert [len(one) for one in kept] == list(range(1, 500, 7))


def test_limited_training_images_are_the_same_whatever_is_kept_apart() -> None:
    labels, groups, places = np.random.default_rng(0).integers(0, 3, 1000), np.arange(1000), order(1000)
    found = []
    for valid, test in ((0.1, None), (0.3, None), (0.2, 0.2)):
        made = make_splits(labels, {}, valid, test, places, groups)
        few = limit_rows(made["train"], labels, 200, keeping_order("train", places))
        assert (
            np.abs(np.bincount(labels[few]) / 200 - np.bincount(labels[made["train"]]) / len(made["train"])).max()
            < 0.01
        )
        found.append(set(few.tolist()))
    assert min(len(found[0] & other) for other in found[1:]) >= 195


def test_limited_validation_is_what_a_smaller_fraction_would_take() -> None:
    labels, groups, places = np.zeros(1000, np.int64), np.arange(1000), order(1000)
    large = make_splits(labels, {}, 0.3, None, places, groups)["valid"]
    small = make_splits(labels, {}, 0.1, None, places, groups)["valid"]
    assert np.array_equal(limit_rows(large, labels, 100, keeping_order("valid", places)), small)
