from __future__ import annotations

from tests.findings.made import evidence, found, history, not_found


def test_a_validation_loss_that_never_changes_a_bit() -> None:
    records = history(valid_loss=[2.3026] * 4, train_loss=[2.31, 2.29, 2.3, 2.31])
    assert found("loss-reaches-nothing", evidence(records=records)).severity == "bad"


def test_a_rate_of_zero_a_small_change_and_a_network_without_mistakes_are_none() -> None:
    not_found("loss-reaches-nothing", evidence(records=history(0.0, valid_loss=[2.3] * 4)))
    not_found("loss-reaches-nothing", evidence(records=history(valid_loss=[2.3, 2.3, 2.3 + 1e-12])))
    not_found("loss-reaches-nothing", evidence(records=history(valid_loss=[0.5] * 4, train_accuracy=[1.0] * 4)))
