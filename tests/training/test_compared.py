"""The training images that stand beside validation are measured as validation is, and are always the same."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.training.harness import Session, digits, recipe
from trasluz.data.data import Data
from trasluz.recipe import TrainSection
from trasluz.training.compared import compared_rows
from trasluz.training.fit import fit
from trasluz.training.store import MemoryStore


def _measured(records: list[dict[str, object]], split: str) -> list[dict[str, object]]:
    return [{k.split("/", 1)[1]: v for k, v in r.items() if k.startswith(f"{split}/")} for r in records]


def _data(train: list[int], valid: int, labels: list[int] | None) -> Data:
    count = len(train) + valid
    samples = np.zeros((count, 4, 4, 1), np.uint8)
    splits = {"train": np.array(train), "valid": np.arange(count - valid, count)}
    known = None if labels is None else np.array([*labels, *[0] * valid])
    return Data("made", "image", samples, splits, labels=known, classes=() if labels is None else ("a", "b"))


@pytest.mark.parametrize("family", ["classifier", "autoencoder"])
def test_training_images_in_evaluation_are_measured_as_validation_is(family: str, tmp_path: Path) -> None:
    # The same images on both sides must give the same numbers to the bit: augmentation, dropout, mixup and the moving
    # average of the recipe would each set them apart.
    data = digits(60)
    rows = np.arange(60)
    both = replace(data, splits={"train": rows, "valid": rows})
    records = Session(recipe(family), tmp_path / "run", data=both).run().store.metrics()
    assert _measured(records, "train_eval") == _measured(records, "valid") != _measured(records, "train")
    assert all("loss" in found for found in _measured(records, "train_eval"))


def test_the_sample_keeps_the_shares_of_classes_and_is_no_larger_than_validation() -> None:
    labels = [0] * 60 + [1] * 20
    rows = compared_rows(_data(list(range(80)), 20, labels), TrainSection(compare=1000))
    assert len(rows) == 20
    assert np.bincount(np.array(labels)[rows]).tolist() == [15, 5]
    assert set(compared_rows(_data(list(range(80)), 20, labels), TrainSection(compare=8))) < set(rows)


def test_of_many_images_it_is_a_tenth_of_those_of_an_epoch_at_most() -> None:
    data = _data(list(range(1500)), 400, None)
    assert len(compared_rows(data, TrainSection())) == 150
    assert len(compared_rows(data, TrainSection(steps_per_epoch=40, batch=30))) == 120
    assert len(compared_rows(data, TrainSection(steps_per_epoch=40, batch="full"))) == 150
    assert len(compared_rows(data, TrainSection(steps_per_epoch=2, batch=30))) == 100, "enough to say something"
    assert len(compared_rows(data, TrainSection(compare=30))) == 30


def test_the_sample_follows_from_the_data_and_moves_with_nothing_else() -> None:
    data = _data(list(range(40)), 10, None)
    many, few = (compared_rows(data, TrainSection(compare=count)).tolist() for count in (1000, 10))
    assert many == compared_rows(data, TrainSection(compare=1000)).tolist() == sorted(few)
    assert many != list(range(10))


def test_labelled_images_come_first_where_few_have_labels() -> None:
    labels = [-1] * 50 + [0, 1, 0, 1]
    rows = compared_rows(_data(list(range(54)), 10, labels), TrainSection(compare=1000))
    assert len(rows) == 10
    assert {50, 51, 52, 53} < set(rows)


def test_without_validation_or_where_it_is_switched_off_nothing_is_measured() -> None:
    data = digits(40)
    assert not len(compared_rows(replace(data, splits={"train": np.arange(40), "valid": np.arange(0)}), TrainSection()))
    store = MemoryStore()
    fit(recipe("classifier", epochs=1, compare=None), data, store)
    names = {name.split("/")[0] for name in store.metrics()[0]}
    assert {"train", "valid"} <= names
    assert "train_eval" not in names


def test_it_is_measured_only_where_validation_is() -> None:
    store = MemoryStore()
    fit(recipe("classifier", epochs=3, evaluate_every=2), digits(40), store)
    for found in store.metrics():
        assert ("train_eval/loss" in found) == ("valid/loss" in found)
    assert ["valid/loss" in found for found in store.metrics()] == [False, True, True]


def test_early_stopping_can_watch_it() -> None:
    store = MemoryStore()
    watch = {"monitor": "train_eval/accuracy", "mode": "max", "patience": 1}
    fit(recipe("classifier", epochs=2, early_stopping=watch), digits(40), store)
    assert store.metrics()
