from __future__ import annotations

import numpy as np
import pytest

from tests.findings.made import evidence, found, history, not_found

EPOCHS = np.arange(20)
FALLING = np.exp(-EPOCHS / 4)
JITTER = 0.004 * np.cos(2.5 * EPOCHS)


def test_a_validation_loss_that_rises_while_training_falls() -> None:
    valid = 0.4 + FALLING + 0.02 * np.maximum(EPOCHS - 8, 0) + JITTER
    finding = found("overfitting", evidence(records=history(train_loss=FALLING, valid_loss=valid)))
    assert finding.severity == "warn"
    assert finding.numbers["last"] > finding.numbers["best"]
    assert "train.early_stopping={monitor: valid/loss, patience: 5}" in finding.settings


def test_a_rise_within_the_noise_is_none() -> None:
    noisy = 0.4 + FALLING + 0.01 * np.maximum(EPOCHS - 8, 0) + 0.15 * np.cos(2.5 * EPOCHS)
    not_found("overfitting", evidence(records=history(train_loss=FALLING, valid_loss=noisy)))


def test_a_loss_that_levels_off_and_a_rise_of_both_are_none() -> None:
    not_found("overfitting", evidence(records=history(train_loss=FALLING, valid_loss=0.4 + FALLING + JITTER)))
    rising = FALLING + 0.02 * np.maximum(EPOCHS - 8, 0)
    not_found("overfitting", evidence(records=history(train_loss=rising, valid_loss=0.1 + rising)))


@pytest.mark.parametrize(("valid", "images", "is_one"), [(0.85, 1000, True), (0.97, 1000, False), (0.9, 10, False)])
def test_a_gap_in_accuracy_counts_where_chance_does_not_explain_it(valid: float, images: int, is_one: bool) -> None:
    records = history(train_accuracy=[0.6, 0.98], valid_accuracy=[0.6, valid])
    made = evidence(records=records, splits={"train": 4000, "valid": images})
    if is_one:
        assert found("overfitting", made).numbers["valid"] == valid
    else:
        not_found("overfitting", made)


def test_what_the_recipe_has_already_is_not_advised() -> None:
    set_ = {"train.early_stopping": {"patience": 3}, "data.augment.shift": 0.1, "train.optimiser.weight_decay": 0.1}
    records = history(train_accuracy=[0.6, 0.98], valid_accuracy=[0.6, 0.8])
    assert found("overfitting", evidence(set_, records=records)).settings == ()
