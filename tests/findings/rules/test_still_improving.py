from __future__ import annotations

import numpy as np
import pytest

from tests.findings.made import evidence, found, history, not_found

FALLING = 1 - 0.04 * np.arange(20) + 0.002 * np.cos(3.0 * np.arange(20))


def test_a_loss_that_falls_to_the_last_epoch() -> None:
    finding = found("still-improving", evidence({"train.epochs": 20}, records=history(valid_loss=FALLING)))
    assert finding.severity == "note"
    assert finding.settings == ("train.epochs=40",)
    assert abs(finding.numbers["gain"] - 0.2) < 0.02


def test_phases_that_state_their_epochs_are_changed_there() -> None:
    set_ = {"phases": [{"name": "first"}, {"name": "train", "train": {"epochs": 20}}]}
    assert found("still-improving", evidence(set_, records=history(valid_loss=FALLING))).settings == (
        "phases.1.train.epochs=40",
    )


def test_a_schedule_that_ended_the_fall_a_level_loss_and_early_stopping_are_none() -> None:
    annealed = np.linspace(1e-3, 0, 20)
    not_found("still-improving", evidence(records=history(annealed, valid_loss=FALLING)))
    level = np.concatenate([np.linspace(1, 0.2, 10), 0.2 + 0.01 * np.cos(np.arange(10))])
    not_found("still-improving", evidence(records=history(valid_loss=level)))
    not_found("still-improving", evidence(records=history(valid_loss=FALLING), stop_reason="enough"))
    not_found("still-improving", evidence(records=history(valid_loss=FALLING), status="interrupted"))


def test_few_epochs_say_it_where_each_brought_something() -> None:
    finding = found("still-improving", evidence({"train.epochs": 4}, records=history(valid_loss=[1.0, 0.8, 0.7, 0.64])))
    assert finding.numbers["gain"] == pytest.approx(0.36)
    not_found("still-improving", evidence(records=history(valid_loss=[1.0, 0.8, 0.81, 0.7])))
    not_found("still-improving", evidence(records=history(valid_loss=[1.0, 0.6, 0.59, 0.585])))  # it is at its end
