from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from tests.findings.made import evidence, found, history, not_found, rebuilt
from trasluz.findings.base import check_all

EPOCHS = np.arange(20)
FALLING = np.exp(-EPOCHS / 4)
JITTER = 0.004 * np.cos(2.5 * EPOCHS)


def test_a_validation_loss_that_rises_while_training_falls() -> None:
    valid = 0.4 + FALLING + 0.02 * np.maximum(EPOCHS - 8, 0) + JITTER
    finding = found("overfitting", evidence(records=history(train_loss=FALLING, valid_loss=valid)))
    assert finding.severity == "warn"
    assert finding.numbers["last"] > finding.numbers["best"]
    assert "train.early_stopping={monitor: valid/loss, patience: 5}" in finding.settings
    assert finding.advice.startswith("Stop where validation is best. Vary the images. Penalise the weights.")


def test_a_rise_within_the_noise_is_none() -> None:
    noisy = 0.4 + FALLING + 0.01 * np.maximum(EPOCHS - 8, 0) + 0.15 * np.cos(2.5 * EPOCHS)
    not_found("overfitting", evidence(records=history(train_loss=FALLING, valid_loss=noisy)))


def test_a_loss_that_levels_off_and_a_rise_of_both_are_none() -> None:
    not_found("overfitting", evidence(records=history(train_loss=FALLING, valid_loss=0.4 + FALLING + JITTER)))
    rising = FALLING + 0.02 * np.maximum(EPOCHS - 8, 0)
    not_found("overfitting", evidence(records=history(train_loss=rising, valid_loss=0.1 + rising)))


@pytest.mark.parametrize(("valid", "images", "is_one"), [(0.85, 1000, True), (0.97, 1000, False), (0.9, 10, False)])
def test_a_gap_in_accuracy_counts_where_chance_does_not_explain_it(valid: float, images: int, is_one: bool) -> None:
    series = {"train_eval_accuracy": [0.6, 0.98], "valid_accuracy": [0.6, valid], "valid_loss": [0.5, 0.6]}
    records = history(**series)
    made = evidence(records=records, splits={"train": 4000, "valid": images})
    if is_one:
        finding = found("overfitting", made)
        assert finding.numbers["valid"] == valid
        assert finding.severity == "warn"
        assert "0.500 before it was 0.600" in finding.seen
    else:
        not_found("overfitting", made)


def test_what_the_recipe_has_already_is_not_advised() -> None:
    stopping = {"patience": 3, "restore_best": False}
    set_ = {"train.early_stopping": stopping, "data.augment.shift": 0.1, "train.optimiser.weight_decay": 0.1}
    series = {"train_eval_accuracy": [0.6, 0.98], "valid_accuracy": [0.6, 0.8], "valid_loss": [0.5, 0.6]}
    assert found("overfitting", evidence(set_, records=history(**series))).settings == ()


def test_what_the_phase_would_not_show_is_not_advised() -> None:
    series = {"train_eval_accuracy": [0.6, 0.98], "valid_accuracy": [0.6, 0.8], "valid_loss": [0.5, 0.6]}
    images = {"kind": "image"}
    assert "data.augment.shift=0.05" in found("overfitting", evidence(records=history(**series), audit=images)).settings
    as_they_are = {"phases": [{"name": "head", "augmented": False}]}
    plain = found("overfitting", evidence(as_they_are, records=history(**series), audit=images))
    assert "data.augment.shift=0.05" not in plain.settings


def test_running_means_are_never_compared_with_validation() -> None:
    not_found("overfitting", evidence(records=history(train_accuracy=[0.6, 0.98], valid_accuracy=[0.6, 0.5])))


def test_validation_that_still_gets_better_is_none() -> None:
    series = {"train_eval_accuracy": [0.6, 0.98], "valid_accuracy": [0.6, 0.8], "valid_loss": [0.7, 0.6]}
    not_found("overfitting", evidence(records=history(**series)))


def test_weights_that_early_stopping_took_back_come_from_before_the_rise() -> None:
    valid = 0.4 + FALLING + 0.02 * np.maximum(EPOCHS - 8, 0) + JITTER
    series = {"train_loss": FALLING, "valid_loss": valid}
    stopping = {"train.early_stopping": {"patience": 8}}
    not_found("overfitting", evidence(stopping, records=history(**series)))
    even = {**series, "train_eval_accuracy": np.where(EPOCHS < 14, 0.92, 0.99), "valid_accuracy": np.full(20, 0.9)}
    not_found("overfitting", evidence(stopping, records=history(**even)))
    gap = {**series, "train_eval_accuracy": np.full(20, 0.99), "valid_accuracy": np.full(20, 0.8)}
    found("overfitting", evidence(stopping, records=history(**gap)))


def test_a_handful_of_weights_learns_nothing_by_heart() -> None:
    series = {"train_eval_accuracy": [0.6, 0.98], "valid_accuracy": [0.6, 0.8], "valid_loss": [0.5, 0.6]}
    made = evidence(records=history(**series))
    not_found("overfitting", dataclasses.replace(made, parameters={"a.weight": 9}))
    found("overfitting", dataclasses.replace(made, parameters={"a.weight": 4000}))


def test_where_curves_lag_what_is_known_by_heart_is_still_told() -> None:
    facts = {"steps": 30, "before": {"valid/loss": 2.0}, "after": {"valid/loss": 0.9}}
    series = {"train_eval_accuracy": [0.3, 1.0], "valid_accuracy": [0.3, 0.7], "valid_loss": [2.2, 0.9]}
    found("overfitting", evidence(records=history(**series), statistics={"train": facts}))
    learning = {**series, "train_eval_accuracy": [0.3, 0.8]}
    not_found("overfitting", evidence(records=history(**learning), statistics={"train": facts}))


def test_a_gap_that_costs_nothing_is_a_remark_where_it_is_surely_large_and_else_none() -> None:
    level = 0.2 + 0.5 * FALLING + JITTER  # validation ends as low as it ever was, but for its noise
    level[-1] = level[8:].min() + 0.01
    right = {"train_eval_accuracy": np.full(20, 1.0), "valid_loss": level}
    large = evidence(records=history(**right, valid_accuracy=np.full(20, 0.8)))
    assert found("overfitting", large).severity == "note"
    little = history(**right, valid_accuracy=np.full(20, 0.94))
    not_found("overfitting", evidence(records=little, splits={"train": 340, "valid": 114}))
    rising = history(**{**right, "valid_loss": level + 0.02 * np.maximum(EPOCHS - 8, 0)}, valid_accuracy=[0.94] * 20)
    assert found("overfitting", evidence(records=rising, splits={"train": 340, "valid": 114})).severity == "warn"


def test_where_curves_lag_no_epoch_is_said_to_be_the_best() -> None:
    facts = {"steps": 30, "before": {"train_eval/accuracy": 0.3}, "after": {"train_eval/accuracy": 1.0}}
    series = {"train_eval_accuracy": [0.3, 1.0], "valid_accuracy": [0.3, 0.7], "valid_loss": [0.5, 0.9]}
    finding = found("overfitting", evidence(records=history(**series), statistics={"train": facts}))
    assert "Stop" not in finding.advice
    assert not any("early_stopping" in setting for setting in finding.settings)


def test_evaluation_that_lags_behind_the_training_samples_themselves_is_none() -> None:
    series = {
        "train_eval_accuracy": [0.1, 0.5, 0.53],
        "valid_accuracy": [0.1, 0.4, 0.37],
        "valid_loss": [2.3, 2.1, 2.2],
    }
    lagging = history(**series, train_accuracy=[0.6, 0.7, 0.78])
    not_found("overfitting", evidence(records=lagging, splits={"train": 60, "valid": 270}))


def test_by_heart_is_said_only_where_it_was_measured() -> None:
    valid = 0.4 + FALLING + 0.02 * np.maximum(EPOCHS - 8, 0) + JITTER
    series = {"train_loss": FALLING, "valid_loss": valid}
    assert "by heart" not in found("overfitting", evidence(records=history(**series))).meaning
    known = history(**series, train_eval_accuracy=np.full(20, 0.99))
    assert "by heart" in found("overfitting", evidence(records=known)).meaning


def test_reconstructions_of_training_samples_alone_are_by_heart() -> None:
    records = history(train_loss=[0.1] * 6, train_eval_mse=[0.0004] * 6, valid_mse=[0.042] * 6)
    pca = {"pca": {"mse": 0.024, "components": 8.0, "code": 8.0}}
    model = {"model": {"family": "autoencoder"}}
    heart = evidence(model, records=records, evaluation=rebuilt({"mse": 0.042}, baselines=pca))
    assert found("overfitting", heart).numbers["pca"] == 0.024
    assert "worse-than-pca" not in [each.rule for each in check_all(heart)]  # which would advise to train longer
    better = evidence(model, records=records, evaluation=rebuilt({"mse": 0.02}, baselines=pca))
    not_found("overfitting", better)
    alike = history(train_loss=[0.1] * 6, train_eval_mse=[0.03] * 6, valid_mse=[0.042] * 6)
    not_found("overfitting", evidence(model, records=alike, evaluation=rebuilt({"mse": 0.042}, baselines=pca)))
