from __future__ import annotations

import dataclasses

from tests.findings.made import audit, classified, evidence, found, history, not_found
from trasluz.findings.base import check_all, find


def test_no_better_than_naming_the_most_frequent_class() -> None:
    finding = found(
        "underfitting", evidence(evaluation=classified([[40, 20], [22, 18]], intervals={"accuracy": (0.48, 0.67)}))
    )
    assert finding.severity == "bad"
    assert finding.numbers["majority_class"] == 0.6


def test_scores_that_order_the_classes_have_learned_a_little() -> None:
    ordered = classified(
        [[40, 20], [22, 18]],
        metrics={"roc_auc": 0.68},
        intervals={"accuracy": (0.48, 0.67), "roc_auc": (0.58, 0.78)},
    )
    finding = found("underfitting", evidence(evaluation=ordered))
    assert finding.severity == "warn"
    assert "frequent" not in finding.title
    assert "0.680" in finding.seen


def test_a_training_that_stopped_itself_is_not_told_to_go_on() -> None:
    made = evidence(evaluation=classified([[40, 20], [22, 18]]), stop_reason="enough")
    assert found("underfitting", made).settings == ()
    assert "same epoch" in found("underfitting", made).advice


def test_drawn_labels_that_were_learned_by_heart_are_no_underfitting() -> None:
    records = history(train_eval_accuracy=[0.5, 0.97], valid_accuracy=[0.5, 0.52])
    not_found("underfitting", evidence(records=records, evaluation=classified([[40, 20], [22, 18]])))


def test_training_and_validation_mostly_wrong() -> None:
    evaluation = classified([[260, 240], [220, 280]])
    records = history(train_accuracy=[0.52, 0.56])
    finding = found("underfitting", evidence(records=records, evaluation=classified([[320, 180], [200, 300]])))
    assert finding.severity == "warn"
    assert finding.settings == ()  # twice the epochs helped one such run of three
    assert evaluation.metrics["accuracy"] > 0.5


def test_a_network_that_learned_and_one_that_learned_only_its_training_images_are_not() -> None:
    good = classified([[480, 20], [30, 470]])
    not_found("underfitting", evidence(records=history(train_accuracy=[0.9, 0.96]), evaluation=good))
    gap = classified([[320, 180], [200, 300]])
    not_found("underfitting", evidence(records=history(train_accuracy=[0.9, 0.99]), evaluation=gap))


def test_a_handful_of_samples_proves_nothing() -> None:
    not_found("underfitting", evidence(evaluation=classified([[6, 0], [4, 0]])))
    not_found("underfitting", evidence())


def test_what_cannot_be_told_apart_is_told_before_the_class_that_nobody_names() -> None:
    one = dataclasses.replace(evidence(evaluation=classified([[0, 58], [0, 62]])), parameters={"outputs.weight": 4})
    assert find("class-never-predicted").check(one) is not None
    assert [each.rule for each in check_all(one) if each.severity == "bad"] == ["underfitting"]


def test_a_class_that_is_never_named_is_told_with_its_cause() -> None:
    confusion = [[20, 5, 0, 5], [10, 15, 0, 5], [12, 8, 0, 10], [6, 4, 0, 20]]
    narrow = {"model": {"family": "classifier", "network": {"name": "dense", "hidden": [2]}}}
    made = evidence(narrow, records=history(train_accuracy=[0.4, 0.5]), evaluation=classified(confusion))
    finding = found("underfitting", made)
    assert "No sample was ever taken for c" in finding.seen
    assert finding.settings == ("model.network.hidden=[16]",)
    assert [each.rule for each in check_all(made) if each.severity == "bad"] == ["underfitting"]


def test_where_a_class_is_left_out_half_of_the_errors_are_enough() -> None:
    named = [[200, 100, 0, 100], [50, 300, 5, 45], [50, 50, 300, 0], [100, 100, 100, 100]]
    left_out = [[200, 100, 0, 100], [50, 300, 0, 50], [200, 100, 0, 100], [0, 0, 0, 400]]
    records = history(train_accuracy=[0.5, 0.57])
    not_found("underfitting", evidence(records=records, evaluation=classified(named)))
    assert found("underfitting", evidence(records=records, evaluation=classified(left_out))).numbers["train"] == 0.57
    uneven = evidence(records=records, audit=audit(imbalance=2.0), evaluation=classified(left_out))
    not_found("underfitting", uneven)
