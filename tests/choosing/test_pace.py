"""The pace by a clock of our own: what is timed is divided by what was done; the data and the recipe stay untouched."""

from __future__ import annotations

from typing import Any

import pytest

from tests.training.harness import digits, recipe
from trasluz.choosing.pace import measure, timed_seconds
from trasluz.model.hardware import choose
from trasluz.recipe import Recipe
from trasluz.training.fit import session


def _residual(**train: Any) -> Recipe:
    """A network for images of any size, whose last layer is called ``outputs``."""
    model = {"family": "classifier", "network": {"name": "residual", "channels": [8, 8]}}
    return recipe("classifier", **train).override({"model": model})


class Clock:
    """Every look at it is a second later."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 1.0
        return self.now


def test_a_step_takes_what_the_clock_says() -> None:
    chosen = _residual(progressive={"size": 6, "until": 0.5})
    with session(choose(chosen.compute)) as (hardware, fabric, _request):
        pace = measure(chosen, 0, digits(120), fabric, hardware, Clock())
    # The clock is looked at once a step: two of warm-up, and three timed, the last of which ends the 90 images.
    assert pace.small == pytest.approx(3 / (20 + 20 + 10))
    assert pace.full == pace.small
    assert pace.judged == pytest.approx(1 / 30)
    assert pace.frame == 1.0
    assert pace.start == 1.0


def test_a_longer_training_is_timed_for_longer_within_bounds() -> None:
    assert [timed_seconds(minutes) for minutes in (0.5, 2, 5, 60)] == [1.5, 1.5, 3.0, 4.0]


def test_steps_are_timed_for_as_long_as_asked() -> None:
    chosen = _residual()
    with session(choose(chosen.compute)) as (hardware, fabric, _request):
        short, long = (measure(chosen, 0, digits(120), fabric, hardware, Clock(), seconds) for seconds in (2, 30))
    # A step takes a second, an epoch five; 30 steps are the last three of an epoch, five epochs, and two steps.
    assert short.full == pytest.approx(3 / 50)
    assert long.full == pytest.approx(30 / (50 + 5 * 90 + 40))


def test_a_phase_on_features_is_timed_by_its_features_and_its_epochs() -> None:
    phases = [{"name": "head", "trainable": ["classifier.outputs.*"], "augmented": False}, {"name": "all"}]
    chosen = _residual(phases=phases)
    with session(choose(chosen.compute)) as (hardware, fabric, _request):
        head, whole = (measure(chosen, number, digits(120), fabric, hardware, Clock()) for number in (0, 1))
    assert head.features > 0
    assert whole.features == 0
