"""Folds of opened data: what is given or drawn for test stays out; another fold is as if the data were opened so."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from trasluz.data import opening
from trasluz.data.arrays import from_arrays
from trasluz.data.data import Data
from trasluz.data.opening import open_data
from trasluz.data.refold import folds_of, refold
from trasluz.data.refold import test_folds_of as outer_folds_of
from trasluz.errors import RecipeError
from trasluz.recipe import DataSection, from_dict


def section(**fields: Any) -> DataSection:
    return DataSection.model_validate({"source": "arrays", **fields})


def opened(seed: int = 0, tests: int = 40, valids: int = 20, **fields: Any) -> Data:
    noise = np.random.default_rng(0)
    parts = {
        split: (noise.integers(0, 255, (count, 6, 6), np.uint8), np.arange(count) % 4)
        for split, count in (("train", 100), ("valid", valids), ("test", tests))
    }
    given = {split: part for split, part in parts.items() if split != "train" and len(part[0])}
    return open_data(section(**fields), seed, arrays=from_arrays(*parts["train"], **given))


def rows(data: Data) -> dict[str, list[int]]:
    return {name: part.tolist() for name, part in data.splits.items()}


def test_folds_deal_all_that_is_not_test_also_what_the_source_gives_for_validation() -> None:
    found = [rows(opened(fold={"index": i})) for i in range(5)]
    assert sorted(chain(*(one["valid"] for one in found))) == list(range(120))
    for one in found:
        assert sorted(one["train"] + one["valid"]) == list(range(120))
        assert one["test"] == list(range(120, 160))


def test_no_seed_moves_the_test_split_or_a_fold() -> None:
    drawn = {"test": 0.25, "fold": {"count": 3}}
    first, second = (rows(opened(seed, 0, 20, **drawn)) for seed in (0, 7))
    assert first == second
    assert len(first["test"]) == 30
    assert rows(opened(0, 0, 20, **drawn, split_seed=5)) != first


def test_folds_nest_and_the_test_samples_of_the_source_are_then_in_no_split() -> None:
    outer = [rows(opened(test_fold={"count": 4, "index": i}, fold={"count": 3, "index": 1})) for i in range(4)]
    assert sorted(chain(*(one["test"] for one in outer))) == list(range(120))
    for one in outer:
        assert sorted(chain(*one.values())) == list(range(120))
        assert len(one["valid"]) == 30
    alone = rows(opened(valids=0, test_fold={"count": 4}, valid=0.2))
    assert {name: len(part) for name, part in alone.items()} == {"train": 60, "valid": 15, "test": 25}


def test_the_training_samples_of_a_limit_are_other_ones_in_each_fold_and_nest() -> None:
    ten, twenty = ([set(rows(opened(limit=n, fold={"index": i}))["train"]) for i in range(5)] for n in (10, 20))
    assert all(few < more for few, more in zip(ten, twenty, strict=True))
    assert all(len(rows(opened(limit=10, fold={"index": i}))["valid"]) == 24 for i in range(5))
    assert len(ten[0] & ten[1]) < 6


@pytest.mark.parametrize(
    "fields",
    [
        {"fold": {"index": 3}},
        {"fold": {"index": 1, "repeat": 2}, "limit": {"train": 40, "valid": 8}},
        {"fold": {"index": 1}, "test_fold": {"index": 2}, "labelled": 20},
        {"valid": 0.3},
        {"test": 0.1, "fold": {"count": 2}},
    ],
)
def test_refolded_data_are_those_that_opening_gives(fields: dict[str, Any]) -> None:
    made = refold(opened(fold={"count": 4}, limit=30), section(**fields), 0)
    asked = opened(**fields)
    assert rows(made) == rows(asked)
    assert made.value_range == asked.value_range
    assert np.array_equal(made.labels, asked.labels)  # type: ignore[arg-type]  # both have labels
    assert made.audit == asked.audit


def test_another_fold_reads_and_decodes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    first = opened(fold={"count": 4})
    monkeypatch.setattr(opening, "open_store", None)
    monkeypatch.setattr(opening, "find_source", None)
    assert refold(first, section(fold={"count": 4, "index": 1}), 0).samples is first.samples


def test_the_range_of_float_samples_is_that_of_the_training_samples_of_each_fold() -> None:
    samples = np.arange(40, dtype=np.float32).reshape(40, 1, 1) * np.ones((1, 4, 4), np.float32)
    data = open_data(section(fold={"kind": "plain"}), 0, arrays=from_arrays(samples))
    for index in range(5):
        made = refold(data, section(fold={"kind": "plain", "index": index}), 0)
        trained = samples[made.split("train")]
        assert made.value_range == (trained.min(), trained.max())


def test_how_many_folds_there_are_is_known_also_of_groups() -> None:
    group = np.repeat(np.arange(7), 10)
    each = section(fold={"kind": "leave-one-group-out", "index": 6}, test_fold={"count": 2})
    raw = from_arrays(np.random.default_rng(0).random((70, 3)), np.arange(70) % 2, groups=group)
    inner = section(fold={"kind": "leave-one-group-out"})
    assert folds_of(inner, open_data(inner, 0, arrays=raw)) == 7
    assert folds_of(section(), open_data(section(), 0, arrays=raw)) == 1
    with pytest.raises(RecipeError, match=r"there are [34] groups, so give 0 to [23]"):
        open_data(each, 0, arrays=raw)
    assert outer_folds_of(each, open_data(inner, 0, arrays=raw)) == 2


def test_equal_folds_are_equal_recipes_and_wrong_ones_are_told() -> None:
    def recipe(**fold: Any) -> Any:
        return from_dict({"name": "x", "model": {"family": "classifier"}, "data": {"fold": fold}})

    kind = {"kind": "leave-one-group-out"}
    assert recipe(**kind, count=3).hash == recipe(**kind).hash == recipe(**kind, count=None).hash
    assert recipe(count=None) == recipe()
    with pytest.raises(RecipeError, match=r"of 5 folds give 0 to 4"):
        recipe(index=5)
    with pytest.raises(RecipeError, match=r"data\.fold\.kind"):
        recipe(kind="stratifed")
    with pytest.raises(RecipeError, match=r"data\.fold\.count"):
        recipe(count=1)


def test_a_folder_of_photographs_by_patients(image_folder: Callable[..., Path]) -> None:
    folder = image_folder(count=12)
    for file in list(folder.glob("*/*.png")):
        file.rename(file.with_name(f"p{int(file.stem) % 6}_{file.name}"))
    fold = {"kind": "group", "count": 3, "index": 1}
    data = open_data(section(source=str(folder), group={"pattern": "(p#)_#"}, fold=fold), 0)
    assert data.groups is not None
    assert not set(data.groups[data.split("train")]) & set(data.groups[data.split("valid")])
    assert len(data.split("valid")) == 8
