from __future__ import annotations

from tests.findings.made import audit, classified, evidence, found, not_found
from trasluz.findings.base import check_all

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


def test_that_the_rare_class_is_never_named_is_told_with_its_cause() -> None:
    classes = {"a": {"train": 200}, "b": {"train": 10}, "c": {"train": 200}}
    evaluation = classified([[60, 0, 0], [40, 0, 20], [0, 0, 60]])
    made = evidence(audit=audit(imbalance=20.0, classes=classes), evaluation=evaluation)
    assert "No sample was ever taken for b" in found("class-imbalance", made).seen
    assert [each.rule for each in check_all(made) if each.severity == "bad"] == ["class-imbalance"]
