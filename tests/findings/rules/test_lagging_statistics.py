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


def test_of_the_very_same_samples_nothing_was_drawn() -> None:
    series = {"train_accuracy": [0.6, 0.65, 0.7, 0.72], "train_eval_accuracy": [0.3, 0.45, 0.48, 0.5]}
    same = {"train": 60, "valid": 270}
    finding = found("lagging-statistics", evidence(records=history(**series), splits=same))
    assert "the very same ones" in finding.seen
    once = {**series, "train_accuracy": [0.3, 0.4, 0.5, 0.72]}
    not_found("lagging-statistics", evidence(records=history(**once), splits=same))
    not_found("lagging-statistics", evidence(records=history(**series), splits={"train": 600, "valid": 60}))


def test_curves_lag_where_training_samples_leap_or_stay_behind_too() -> None:
    records = history(train_accuracy=[0.7, 0.97], train_eval_accuracy=[0.3, 0.95], valid_accuracy=[0.3, 0.3])
    even = {"valid/loss": 1.0, "train_eval/accuracy": 0.95, "train_eval/loss": 0.2}
    for changed in ({"train_eval/accuracy": 0.5}, {"train_eval/loss": 1.5}, {"valid/loss": 2.0}):
        facts = {"steps": 6, "before": {**even, **changed}, "after": even}
        assert evidence(records=records, statistics={"train": facts}).curves_lag
    assert not evidence(records=records, statistics={"train": {"steps": 6, "before": even, "after": even}}).curves_lag
    behind = history(train_accuracy=[0.7, 0.976], train_eval_accuracy=[0.33, 0.333], valid_accuracy=[0.33, 0.333])
    assert evidence(records=behind).curves_lag


def test_early_stopping_by_curves_that_lag_is_warned_of() -> None:
    records = history(train_accuracy=[0.7, 0.976], train_eval_accuracy=[0.33, 0.98], valid_accuracy=[0.33, 0.97])
    facts = {"steps": 6, "before": {"train_eval/accuracy": 0.333}, "after": {"train_eval/accuracy": 0.98}}
    stopping = {"train.early_stopping": {"patience": 3}}
    told = found("lagging-statistics", evidence(stopping, records=records, statistics={"train": facts}))
    assert "early stopping" in told.advice
    assert told.settings == ("train.epochs=20", "train.early_stopping=null")
    plain = found("lagging-statistics", evidence(records=records, statistics={"train": facts}))
    assert "early stopping" not in plain.advice
