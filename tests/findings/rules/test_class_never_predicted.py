from __future__ import annotations

from tests.findings.made import audit, classified, evidence, found, not_found


def test_an_empty_column() -> None:
    finding = found("class-never-predicted", evidence(evaluation=classified([[90, 0, 0], [10, 40, 0], [20, 30, 0]])))
    assert finding.severity == "bad"
    assert finding.numbers == {"classes": 1.0, "images": 50.0}
    assert finding.settings == ("train.epochs=20",)
    assert "Weigh" not in finding.advice


def test_a_training_that_stopped_itself_is_not_told_to_go_on() -> None:
    made = evidence(evaluation=classified([[90, 0, 0], [10, 40, 0], [20, 30, 0]]), stop_reason="enough")
    assert found("class-never-predicted", made).settings == ()


def test_uneven_classes_are_weighed() -> None:
    ordered = classified([[90, 0], [30, 0]], metrics={"roc_auc": 0.8}, intervals={"roc_auc": (0.7, 0.9)})
    made = evidence(audit=audit(imbalance=3.0), evaluation=ordered)
    assert found("class-never-predicted", made).settings == ("data.balance=weights",)


def test_classes_that_are_named_or_hardly_there_are_none() -> None:
    not_found("class-never-predicted", evidence(evaluation=classified([[90, 1, 0], [10, 40, 1], [20, 30, 2]])))
    not_found("class-never-predicted", evidence(evaluation=classified([[90, 0], [3, 0]])))
    not_found("class-never-predicted", evidence())


def test_a_hidden_layer_narrower_than_the_classes_is_widened() -> None:
    narrow = {"model": {"family": "classifier", "network": {"name": "dense", "hidden": [64, 1]}}}
    made = evidence(narrow, evaluation=classified([[90, 0, 0], [10, 40, 0], [20, 30, 0]]))
    finding = found("class-never-predicted", made)
    assert finding.settings == ("model.network.hidden=[64, 12]",)
    assert "Widen" in finding.advice
    wide = {"model": {"family": "classifier", "network": {"name": "dense", "hidden": [64, 2]}}}
    made = evidence(wide, evaluation=classified([[90, 0, 0], [10, 40, 0], [20, 30, 0]]))
    assert found("class-never-predicted", made).settings == ("train.epochs=20",)
