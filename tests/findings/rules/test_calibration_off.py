from __future__ import annotations

import dataclasses

import numpy as np

from tests.findings.made import classified, evidence, found, history, not_found
from trasluz.findings.base import check_all
from trasluz.findings.evidence import Evidence
from trasluz.metrics.calibration import expected_calibration_error, reliability


def _run(said: float, true: float, count: int = 2000, set: dict[str, object] | None = None) -> Evidence:
    right = np.arange(count) < round(true * count)
    confidence = np.full(count, said)
    metrics = {"calibration_error": expected_calibration_error(confidence, right)}
    made = classified([[count, 0], [0, count]], metrics=metrics, calibration=reliability(confidence, right))
    return evidence(set, evaluation=made)


def test_surer_than_right() -> None:
    finding = found("calibration-off", _run(0.95, 0.8, set={"model.label_smoothing": 0.0}))
    assert finding.severity == "warn"
    assert abs(finding.numbers["calibration_error"] - 0.15) < 1e-9
    assert finding.settings == ()


def test_less_sure_than_right() -> None:
    assert found("calibration-off", _run(0.7, 0.9)).severity == "note"


def test_doubt_is_told_to_go_where_it_comes_from() -> None:
    smoothed = found("calibration-off", _run(0.7, 0.95, set={"model.label_smoothing": 0.1}))
    assert smoothed.settings == ("model.label_smoothing=0.0",)
    assert found("calibration-off", _run(0.7, 0.9)).settings == ("train.epochs=20",)


def test_the_truth_and_a_difference_by_chance_are_none() -> None:
    not_found("calibration-off", _run(0.9, 0.9))
    not_found("calibration-off", _run(0.9, 0.8, count=20))
    not_found("calibration-off", evidence(evaluation=classified([[5, 0], [0, 5]])))


def test_doubt_that_the_recipe_asks_for_is_none() -> None:
    not_found("calibration-off", _run(0.84, 0.93, set={"model.label_smoothing": 0.1}))
    not_found("calibration-off", _run(0.84, 0.93, set={"data.augment.mixup": 1.0}))
    assert found("calibration-off", _run(0.84, 0.93)).severity == "note"


def test_doubt_of_statistics_that_lag_is_told_with_them() -> None:
    records = history(train_accuracy=[0.7, 0.976], train_eval_accuracy=[0.33, 0.333], valid_accuracy=[0.33, 0.333])
    lagging = dataclasses.replace(_run(0.52, 0.92), history=records)
    assert "lagging-statistics" in {each.rule for each in check_all(lagging)}
    assert "calibration-off" not in {each.rule for each in check_all(lagging)}
    found("calibration-off", _run(0.52, 0.92))


def test_no_earlier_epoch_is_advised_where_curves_lag() -> None:
    sure = _run(0.95, 0.8)
    assert "Stop earlier" in found("calibration-off", sure).advice
    facts = {"steps": 6, "before": {"valid/loss": 2.0}, "after": {"valid/loss": 0.7}}
    info = {**sure.info, "statistics": {"train": facts}}
    lagging = dataclasses.replace(sure, history=history(valid_loss=[2.1, 0.7]), info=info)
    assert "Stop earlier" not in found("calibration-off", lagging).advice


def test_more_doubt_than_regularises_is_told_although_the_recipe_asks_for_it() -> None:
    smoothed = found("calibration-off", _run(0.38, 0.96, set={"model.label_smoothing": 0.6}))
    assert smoothed.severity == "note"
    assert smoothed.settings == ("model.label_smoothing=0.0",)
