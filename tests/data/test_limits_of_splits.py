"""``data.limit`` per split: each keeps its classes' shares, and a plain number is that of training alone."""

from __future__ import annotations

import numpy as np
import pytest

from trasluz.data.arrays import from_arrays
from trasluz.data.data import Data
from trasluz.data.opening import open_data
from trasluz.errors import RecipeError
from trasluz.recipe import DataSection, from_dict


def opened(limit: object, seed: int = 0) -> Data:
    noise = np.random.default_rng(0)
    pairs = {
        split: (noise.integers(0, 255, (count, 6, 6), np.uint8), np.arange(count) % 4)
        for split, count in (("train", 80), ("valid", 40), ("test", 40))
    }
    raw = from_arrays(*pairs["train"], valid=pairs["valid"], test=pairs["test"])
    return open_data(DataSection.model_validate({"source": "arrays", "limit": limit}), seed, arrays=raw)


def test_every_split_keeps_its_own_number_and_its_classes_shares() -> None:
    data = opened({"train": 24, "valid": 12, "test": 8})
    assert data.labels is not None
    for split, count in (("train", 24), ("valid", 12), ("test", 8)):
        assert np.bincount(data.labels[data.split(split)]).tolist() == [count // 4] * 4


def test_splits_that_a_limit_does_not_name_stay_whole() -> None:
    assert [len(opened(24).split(s)) for s in ("train", "valid", "test")] == [24, 40, 40]
    assert [len(opened({"test": 4}).split(s)) for s in ("train", "valid", "test")] == [80, 40, 4]


def test_limits_are_drawn_from_the_seed() -> None:
    limit = {"train": 24, "valid": 12}
    kept = [opened(limit, seed).split("valid").tolist() for seed in (1, 1, 2)]
    assert kept[0] == kept[1] != kept[2]


def test_a_split_that_there_is_not_is_told() -> None:
    with pytest.raises(RecipeError, match=r"data\.limit.*trian"):
        from_dict({"name": "x", "model": {"family": "classifier"}, "data": {"limit": {"trian": 5}}})
