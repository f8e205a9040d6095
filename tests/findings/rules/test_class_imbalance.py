from __future__ import annotations

from tests.findings.made import audit, classified, evidence, found, not_found

UNEVEN = audit(imbalance=9.0, classes={"a": {"train": 900, "valid": 450}, "b": {"train": 100, "valid": 50}})


def test_a_rare_class_that_pays() -> None:
    finding = found("class-imbalance", evidence(audit=UNEVEN, evaluation=classified([[440, 10], [30, 20]])))
    assert finding.settings == ("data.balance=weights",)
    assert finding.numbers["recall_of_rarest"] == 0.4
    assert "a has 9.0 times as many" in finding.seen


def test_balanced_recipes_even_classes_and_rare_classes_that_are_found_are_none() -> None:
    lost = classified([[440, 10], [30, 20]])
    not_found("class-imbalance", evidence({"data.balance": "weights"}, audit=UNEVEN, evaluation=lost))
    not_found("class-imbalance", evidence(evaluation=lost))
    not_found("class-imbalance", evidence(audit=UNEVEN, evaluation=classified([[440, 10], [2, 48]])))
    not_found("class-imbalance", evidence(audit=UNEVEN))
