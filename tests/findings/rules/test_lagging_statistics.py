from __future__ import annotations

from tests.findings.made import evidence, found, history, not_found


def test_evaluation_far_behind_the_same_images_while_learning() -> None:
    records = history(train_accuracy=[0.7, 0.976], train_eval_accuracy=[0.33, 0.333], valid_accuracy=[0.33, 0.333])
    finding = found("lagging-statistics", evidence(records=records))
    assert "overfitting" in finding.meaning
    assert finding.settings == ("train.epochs=20",)
    averaged = evidence({"train.ema": 0.99}, records=records)
    assert "averaged weights" in found("lagging-statistics", averaged).meaning


def test_statistics_that_were_computed_anew_are_a_remark_on_the_curves() -> None:
    records = history(train_accuracy=[0.7, 0.976], train_eval_accuracy=[0.33, 0.98], valid_accuracy=[0.33, 0.97])
    facts = {"steps": 6, "before": {"train_eval/accuracy": 0.333}, "after": {"train_eval/accuracy": 0.98}}
    finding = found("lagging-statistics", evidence(records=records, statistics={"train": facts}))
    assert finding.severity == "note"
    assert finding.settings == ("train.epochs=20",)
    little = {**facts, "before": {"train_eval/accuracy": 0.97}}
    not_found("lagging-statistics", evidence(records=records, statistics={"train": little}))


def test_a_recipe_that_keeps_running_statistics_is_told_to_have_them_anew() -> None:
    records = history(train_accuracy=[0.7, 0.976], train_eval_accuracy=[0.33, 0.333])
    kept = evidence({"train.statistics": "running"}, records=records)
    assert found("lagging-statistics", kept).settings == ("train.statistics=auto",)


def test_curves_that_lag_are_read_by_no_other_rule() -> None:
    falling = [2.0 - 0.1 * i for i in range(12)]
    facts = {"steps": 24, "before": {"valid/loss": 0.9}, "after": {"valid/loss": 0.2}}
    found("still-improving", evidence(records=history(valid_loss=falling)))
    not_found("still-improving", evidence(records=history(valid_loss=falling), statistics={"train": facts}))


def test_memorising_noise_of_few_images_and_lower_running_numbers_are_none() -> None:
    heart = history(train_accuracy=[0.7, 0.98], train_eval_accuracy=[0.7, 0.99], valid_accuracy=[0.5, 0.4])
    not_found("lagging-statistics", evidence(records=heart))
    few = history(train_accuracy=[0.7, 0.9], train_eval_accuracy=[0.5, 0.75], valid_accuracy=[0.5, 0.7])
    not_found("lagging-statistics", evidence(records=few, splits={"train": 40, "valid": 10}))
    dropped = history(train_accuracy=[0.5, 0.6], train_eval_accuracy=[0.8, 0.95], valid_accuracy=[0.8, 0.9])
    not_found("lagging-statistics", evidence(records=dropped))
    not_found("lagging-statistics", evidence(records=history(train_accuracy=[0.9], valid_accuracy=[0.2])))
