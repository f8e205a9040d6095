from __future__ import annotations

from tests.findings.made import classified, evidence, found, history, not_found


def test_no_better_than_naming_the_most_frequent_class() -> None:
    finding = found(
        "underfitting", evidence(evaluation=classified([[60, 0], [40, 0]], intervals={"accuracy": (0.5, 0.69)}))
    )
    assert finding.severity == "bad"
    assert finding.numbers["majority_class"] == 0.6


def test_training_and_validation_mostly_wrong() -> None:
    evaluation = classified([[260, 240], [220, 280]])
    records = history(train_accuracy=[0.52, 0.56])
    finding = found("underfitting", evidence(records=records, evaluation=classified([[320, 180], [200, 300]])))
    assert finding.severity == "warn"
    assert finding.settings == ("train.epochs=20",)
    assert evaluation.metrics["accuracy"] > 0.5


def test_a_network_that_learned_and_one_that_learned_only_its_training_images_are_not() -> None:
    good = classified([[480, 20], [30, 470]])
    not_found("underfitting", evidence(records=history(train_accuracy=[0.9, 0.96]), evaluation=good))
    gap = classified([[320, 180], [200, 300]])
    not_found("underfitting", evidence(records=history(train_accuracy=[0.9, 0.99]), evaluation=gap))


def test_a_handful_of_samples_proves_nothing() -> None:
    not_found("underfitting", evidence(evaluation=classified([[6, 0], [4, 0]])))
    not_found("underfitting", evidence())
