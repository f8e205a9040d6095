from __future__ import annotations

import dataclasses

import numpy as np

from tests.findings.made import audit, classified, evidence, found, history, not_found
from trasluz.evaluation.evaluation import Evaluation
from trasluz.findings.base import check_all

ALL_ONE = [[60, 0], [40, 0]]


def test_a_network_that_names_one_class_whatever_it_is_shown() -> None:
    same = classified(ALL_ONE, metrics={"roc_auc": 0.5}, intervals={"roc_auc": (0.4, 0.6)})
    finding = found("one-answer", evidence(evaluation=same))
    assert finding.severity == "bad"
    assert finding.settings == ("train.epochs=20",)
    assert "100 are taken for a" in finding.seen
    assert "0.500 (0.400 to 0.600), which chance alone could give" in finding.seen
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


def _scored(scores: np.ndarray) -> Evaluation:
    return classified(ALL_ONE, arrays={"probabilities": np.stack([scores, 1 - scores], 1)})


def test_scores_that_do_differ_are_none_and_those_that_hardly_do_are_told() -> None:
    rng = np.random.default_rng(0)
    not_found("one-answer", evidence(evaluation=_scored(rng.uniform(0.55, 0.95, 100))))
    alike = found("one-answer", evidence(evaluation=_scored(rng.uniform(0.69, 0.71, 100))))
    assert "nearly the same for all" in alike.seen
    assert alike.numbers["spread"] < 0.01


def test_one_layer_cannot_be_silenced() -> None:
    made = evidence({"train.optimiser.learning_rate": 0.01}, evaluation=classified(ALL_ONE))
    found("one-answer", made)
    not_found("one-answer", dataclasses.replace(made, parameters={"outputs.weight": 4, "outputs.bias": 2}))
    found("one-answer", dataclasses.replace(made, parameters={"hidden.weight": 4, "outputs.weight": 4}))


def test_an_epoch_in_which_it_knew_more_is_named_where_curves_do_not_lag() -> None:
    records = history(valid_accuracy=[0.5, 0.9, 0.5, 0.5], train_eval_accuracy=[0.5, 0.9, 0.5, 0.5])
    finding = found("one-answer", evidence(records=records, evaluation=classified(ALL_ONE)))
    assert "in epoch 2" in finding.seen
    facts = {"steps": 6, "before": {"valid/loss": 2.0}, "after": {"valid/loss": 0.7}}
    lagging = evidence(records=records, evaluation=classified(ALL_ONE), statistics={"train": facts})
    assert "epoch" not in found("one-answer", lagging).seen
