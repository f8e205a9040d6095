from __future__ import annotations

from tests.findings.made import audit, classified, evidence, found, not_found
from trasluz.findings.base import check_all

ALL_ONE = [[60, 0], [40, 0]]


def test_a_network_that_names_one_class_whatever_it_is_shown() -> None:
    same = classified(ALL_ONE, metrics={"roc_auc": 0.5}, intervals={"roc_auc": (0.4, 0.6)})
    finding = found("one-answer", evidence(evaluation=same))
    assert finding.severity == "bad"
    assert finding.settings == ("train.epochs=20",)
    assert "100 are taken for a" in finding.seen
    assert [each.rule for each in check_all(evidence(evaluation=same)) if each.severity == "bad"] == ["one-answer"]


def test_what_is_advised_follows_from_what_is_known() -> None:
    high = {"train.optimiser.learning_rate": 0.1}
    table = evidence({**high, "data.normalise": "raw"}, evaluation=classified(ALL_ONE), audit=audit(kind="table"))
    assert found("one-answer", table).settings == ("data.normalise=standard", "train.optimiser.learning_rate=0.01")
    assert found("one-answer", evidence(high, evaluation=classified(ALL_ONE))).settings == (
        "train.optimiser.learning_rate=0.01",
    )
    heavy = evidence({"model.l2": 0.3}, evaluation=classified(ALL_ONE))
    assert found("one-answer", heavy).settings == ("model.l2=0.003",)
    stopped = evidence(evaluation=classified(ALL_ONE), stop_reason="enough")
    assert found("one-answer", stopped).settings == ()


def test_scores_that_order_the_classes_several_answers_and_data_of_one_class_are_none() -> None:
    ordered = classified(ALL_ONE, metrics={"roc_auc": 0.8}, intervals={"roc_auc": (0.7, 0.9)})
    not_found("one-answer", evidence(evaluation=ordered))
    not_found("one-answer", evidence(evaluation=classified([[50, 10], [30, 10]])))
    not_found("one-answer", evidence(evaluation=classified([[970, 0], [30, 0]])))
    not_found("one-answer", evidence(evaluation=classified([[6, 0], [4, 0]])))
    not_found("one-answer", evidence())
