from __future__ import annotations

import numpy as np

from tests.findings.made import evidence, found, history, not_found

EPOCHS = np.arange(10)


def test_a_loss_that_creeps_down_in_a_line() -> None:
    finding = found("rate-too-low", evidence(records=history(train_loss=2.3 - 0.02 * EPOCHS)))
    assert finding.settings == ("train.optimiser.learning_rate=0.01",)
    assert abs(finding.numbers["fall"] - 0.18 / 2.3) < 1e-9


def test_steps_that_can_have_led_nowhere() -> None:
    records = [{**record, "step": 100 * (i + 1)} for i, record in enumerate(history(1e-7, train_loss=[2.31] * 3))]
    finding = found("rate-too-low", evidence({"train.optimiser.learning_rate": 1e-7}, records=records))
    assert abs(finding.numbers["reach"] - 3e-5) < 1e-12
    assert finding.settings == ("train.optimiser.learning_rate=0.001",)
    not_found("rate-too-low", evidence({"train.optimiser.name": "sgd"}, records=records))
    before = [{"name": "elsewhere"}]
    not_found("rate-too-low", evidence({"train.optimiser.learning_rate": 1e-7}, records=records, started_from=before))
    usual = [{**record, "learning_rate": 1e-3} for record in records]
    not_found("rate-too-low", evidence(records=usual))


def test_a_bent_a_deep_and_a_level_curve_are_none() -> None:
    not_found("rate-too-low", evidence(records=history(train_loss=2.0 + 0.3 * np.exp(-EPOCHS / 2))))
    not_found("rate-too-low", evidence(records=history(train_loss=2.3 - 0.2 * EPOCHS)))
    not_found("rate-too-low", evidence(records=history(train_loss=2.3 + 0.01 * np.cos(3.0 * EPOCHS))))


def test_a_rate_that_was_let_down_or_a_validation_that_leaps_says_nothing_of_the_rate() -> None:
    creeping = 2.3 - 0.02 * EPOCHS
    cycle = [*np.linspace(1e-4, 1e-3, 3), *np.linspace(1e-3, 0, 7)]
    not_found("rate-too-low", evidence(records=history(cycle, train_loss=creeping)))
    not_found("rate-too-low", evidence(records=history(train_loss=creeping, valid_loss=[0.7, 0.7, 1.2, *[0.7] * 7])))
    warmed = [1e-4, *[1e-3] * 9]
    found("rate-too-low", evidence(records=history(warmed, train_loss=creeping)))


def test_what_is_nearly_right_has_little_left_to_fall() -> None:
    records = history(train_loss=0.5 - 0.002 * EPOCHS, train_accuracy=0.97 + 0.001 * EPOCHS)
    not_found("rate-too-low", evidence(records=records))


def test_a_rate_far_below_the_usual_one_is_brought_there() -> None:
    creeping = evidence(
        {"train.optimiser": {"name": "sgd", "learning_rate": 0.0002}}, records=history(train_loss=2.3 - 0.02 * EPOCHS)
    )
    finding = found("rate-too-low", creeping)
    assert finding.settings == ("train.optimiser.learning_rate=0.05",)
    assert "to 0.05" in finding.advice
