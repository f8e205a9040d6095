"""Planted wrong labels are found, clean ones are left alone, and the look says what it examined."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from torch import nn

from tests.look.looks.planted_labels import (
    ByHeart,
    Pixels,
    look,
    look_at_constants,
    look_at_one_of_a_class,
    seen,
    with_wrong,
)
from tests.look.made_subjects import digits, subject
from trasluz.errors import RequestError
from trasluz.look.base import compute
from trasluz.look.looks import wrong_labels
from trasluz.look.looks.wrong_labels import WrongLabelsResult
from trasluz.look.result import load_result, save_result
from trasluz.reporting import Reporter


def test_planted_wrong_labels_are_found_with_the_right_class() -> None:
    data, wrong = with_wrong(0.1)
    found = look(data, shown=5)
    hits = np.isin(found.rows, wrong)
    assert hits.sum() / len(wrong) >= 0.75  # recall
    assert hits.mean() >= 0.8  # precision; what else is suspect are hard images
    assert hits[: len(wrong) // 2].mean() >= 0.95  # the likeliest first
    truth = digits().labels
    assert truth is not None
    right = found.suggested[hits] == truth[found.rows[hits]]
    assert right.mean() >= 0.9
    assert found.rate[1] <= 0.1 <= found.rate[2]
    assert abs((~hits).sum() - found.false_alarms) <= 12
    assert found.trust == "good"


def test_of_clean_labels_at_most_one_in_a_hundred_is_suspect() -> None:
    found = look(digits())
    assert found.suspects <= 0.01 * found.examined
    assert found.rate[1] < 0.01


def test_labels_that_the_features_know_by_heart_are_suspected_by_the_pictures() -> None:
    data, wrong = with_wrong(0.1)
    found = compute("wrong-labels", subject(nn.Flatten(), data, ByHeart(data)), None, {}, Reporter())
    assert isinstance(found, WrongLabelsResult)
    assert found.by_heart
    assert found.held_out[0] > found.held_out[1] + 0.05
    hits = np.isin(found.rows, wrong)
    assert hits.sum() / len(wrong) >= 0.75
    assert hits.mean() >= 0.8


def test_without_validation_samples_the_pictures_judge() -> None:
    data, _wrong = with_wrong(0.1)
    found = look(dataclasses.replace(data, splits={"train": data.split("train")}))
    assert found.by_heart
    assert not len(found.held_out)
    assert found.trust == "good"


def test_a_collapsed_network_suspects_nobody_and_says_why() -> None:
    found = look_at_constants()
    assert found.trust == "chance"
    assert not found.suspects


def test_a_class_that_taught_nobody_is_left_out_and_nobody_else_is_suspect_for_it() -> None:
    found = look_at_one_of_a_class()
    assert found.too_few == ("c",)
    assert found.examined == 54
    assert not found.suspects


def test_suspects_are_ordered_by_how_little_their_label_is_believed() -> None:
    found = look(with_wrong(0.05)[0], shown=5)
    assert (np.diff(found.confidence[:, 0]) >= 0).all()
    assert (found.given != found.suggested).all()
    assert len(found.images) == 5
    assert len(found.names) == len(found.rows)
    assert found.pairs.sum() == found.suspects
    assert found.counts.sum() == found.examined


def test_at_most_so_many_are_examined_and_unlabelled_ones_are_not() -> None:
    data = digits()
    assert data.labels is not None
    labels = data.labels.copy()
    labels[:100] = -1
    found = look(dataclasses.replace(data, labels=labels), examined=200)
    assert (found.examined, found.of) == (200, 900)


def test_a_result_is_kept_and_read_again(tmp_path: Path) -> None:
    found = look(with_wrong(0.05)[0], shown=2)
    save_result(tmp_path / "kept", found, {})
    again = load_result(tmp_path / "kept", WrongLabelsResult)
    np.testing.assert_array_equal(again.confidence, found.confidence)
    assert again.names == found.names


def test_models_and_data_that_it_cannot_look_at_are_refused() -> None:
    assert "features" in str(wrong_labels.refusal(subject(nn.Flatten())))
    never_taught = Pixels()
    never_taught.capabilities = frozenset({"encode"})
    assert "logits" in str(wrong_labels.refusal(subject(nn.Flatten(), family=never_taught)))
    several = dataclasses.replace(digits(), labels=np.zeros((1797, 10), bool))
    assert "exactly one label" in str(wrong_labels.refusal(seen(several)))
    few = dataclasses.replace(digits(), splits={"train": np.arange(5), "valid": np.arange(1000, 1400)})
    with pytest.raises(RequestError, match="5 labelled training samples"):
        compute("wrong-labels", subject(nn.Flatten(), few, Pixels()), None, {}, Reporter())
