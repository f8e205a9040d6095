"""The rules that can be asked of a training alone find there what all rules find, and no more."""

from __future__ import annotations

import json

import numpy as np

from tests.findings.made import audit, classified, evidence, history
from trasluz.findings.base import check_all
from trasluz.findings.of_training import check_training, training_rules
from trasluz.messages import LANGUAGES


def test_a_loss_that_was_no_longer_a_number_is_told_in_both_languages() -> None:
    failure = {"term": "loss", "global_step": 7, "epoch": 1}
    (told,) = check_training(evidence(status="failed", failure=failure))
    assert (told["rule"], told["severity"]) == ("not-finite", "bad")
    assert set(told["title"]) == set(told["seen"]) == set(LANGUAGES)
    assert told["title"]["en"] != told["title"]["es"]
    assert json.loads(json.dumps(told)) == told, "any storage takes it"


def test_a_rate_that_is_too_high_is_told_from_the_curve_alone() -> None:
    rising = evidence(records=history(train_loss=[2.3, 4, 6, 8, 9, 9.5], valid_loss=[2.3, 4, 6, 8, 9, 9.5]))
    assert [told["rule"] for told in check_training(rising)] == ["rate-too-high"]


def test_overfitting_is_told_and_a_healthy_training_is_not() -> None:
    fall = np.linspace(1, 0.1, 12)
    valid = [1, 0.8, 0.6, 0.55, 0.5, 0.55, 0.62, 0.7, 0.78, 0.85, 0.93, 1.0]
    ill = evidence(records=history(train_loss=fall, train_eval_loss=fall, valid_loss=valid))
    assert "overfitting" in {told["rule"] for told in check_training(ill)}
    well = evidence(
        records=history(train_loss=fall, train_eval_loss=fall, valid_loss=fall + 0.02),
        evaluation=classified([[490, 10], [10, 490]]),
        audit=audit(classes={"a": {"train": 2000}, "b": {"train": 2000}}),
    )
    assert check_training(well) == []


def test_what_is_told_of_a_training_is_what_all_rules_say_of_the_run() -> None:
    rising = evidence(records=history(train_loss=[2.3, 4, 6, 8, 9, 9.5], valid_loss=[2.3, 4, 6, 8, 9, 9.5]))
    all_of = {found.rule: found.seen for found in check_all(rising)}
    for told in check_training(rising):
        assert all_of[told["rule"]] == told["seen"]["en"]


def test_rules_that_need_looks_or_samples_are_not_asked() -> None:
    rules = training_rules()
    assert {"not-finite", "rate-too-high", "rate-too-low", "overfitting"} <= set(rules)
    assert not {"dead-units", "mislabelled-suspects", "mode-collapse", "redundant-layers"} & set(rules)
