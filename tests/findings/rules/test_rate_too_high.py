from __future__ import annotations

import numpy as np

from tests.findings.made import evidence, found, history, not_found

FALLING = list(np.exp(-np.arange(12) / 4))


def test_a_loss_that_ends_above_its_beginning() -> None:
    finding = found("rate-too-high", evidence(records=history(train_loss=[2.3, 2.0, 3.0, 3.5, 3.2])))
    assert finding.severity == "bad"
    assert finding.settings == ("train.optimiser.learning_rate=0.00033",)


def test_a_loss_that_leaps_again_and_again() -> None:
    leaping = FALLING.copy()
    leaping[4], leaping[8] = 0.9, 0.8
    finding = found("rate-too-high", evidence(records=history(train_loss=leaping)))
    assert finding.severity == "warn"
    assert finding.numbers["jumps"] == 2


def test_a_falling_loss_a_single_leap_and_noise_at_the_end_are_none() -> None:
    not_found("rate-too-high", evidence(records=history(train_loss=FALLING)))
    once = FALLING.copy()
    once[5] = 0.9
    not_found("rate-too-high", evidence(records=history(train_loss=once)))
    small = [1.0, *(0.001 * (1.5 + (-1) ** np.arange(11)))]
    not_found("rate-too-high", evidence(records=history(train_loss=small)))


def test_a_loss_whose_weight_rises_may_rise() -> None:
    set_ = {"model": {"family": "vae", "divergence": {"name": "kl", "warmup": 0.5}}}
    not_found("rate-too-high", evidence(set_, records=history(train_loss=[2.3, 2.0, 3.0, 3.5, 3.2])))
