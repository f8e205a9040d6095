"""From seconds to epochs, by hand: no plan exceeds the time, and the next larger one would."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trasluz.choosing.budget import FEW_EPOCHS, Epochs, Work, epochs_within, minutes_for, phase_seconds, usable
from trasluz.choosing.pace import Pace
from trasluz.recipe import TrainSection


def _train(**fields: object) -> TrainSection:
    return TrainSection.model_validate({"batch": 10, **fields})


WORK = Work(train=1000, judged=200, generates=False, every=lambda epochs: 5)


def test_seconds_are_those_of_steps_validations_pictures_and_the_start() -> None:
    pace = Pace(small=0.001, full=0.002, judged=0.0005, frame=0.1, start=3.0)
    train = _train(progressive={"size": 8, "until": 0.5})
    steps = 1000 * (10 * 0.001 + 10 * 0.002)
    judging = 0.0005 * ((4 + 1) * 200 + 1000)
    first, pictures = 3 + 4 * 10 * 0.002, 11 * 0.1
    assert phase_seconds(pace, train, WORK, Epochs(20)) == pytest.approx(first + steps + judging + pictures)


def test_features_are_computed_once_of_all_images() -> None:
    cached, plain = Pace(0.0, 0.0, 0.0, features=0.01), Pace(0.0, 0.0, 0.0)
    more = phase_seconds(cached, _train(), WORK, Epochs(5)) - phase_seconds(plain, _train(), WORK, Epochs(5))
    assert more == pytest.approx(0.01 * 1200)


def test_a_tenth_of_the_minutes_is_kept_in_hand_and_three_seconds_at_least() -> None:
    assert usable(5) == pytest.approx(270)
    assert usable(0.1) == pytest.approx(3)
    assert minutes_for(270) == pytest.approx(5)
    for minutes in (0.1, 0.4, 1.3, 5.0, 60.0):
        assert minutes_for(usable(minutes)) == pytest.approx(minutes)


def test_as_many_epochs_as_fit_and_no_more() -> None:
    pace = Pace(0.001, 0.001, 0.0)  # a second per epoch
    assert epochs_within(20.5, pace, _train(), WORK, 100) == Epochs(20)
    assert epochs_within(1000.0, pace, _train(), WORK, 100) == Epochs(100)


def test_what_holds_no_eight_passes_is_counted_in_steps() -> None:
    pace = Pace(0.001, 0.001, 0.0)
    found = epochs_within(4.1, pace, _train(), WORK, 100)
    assert found == Epochs(FEW_EPOCHS, 50)  # 4.04 s are 8 epochs of 50 steps of 10 images, and four first steps


def test_what_holds_not_even_a_few_steps_is_none() -> None:
    assert epochs_within(0.1, Pace(0.001, 0.001, 0.0), _train(), WORK, 100) is None
    assert epochs_within(-5.0, Pace(0.001, 0.001, 0.0), _train(), WORK, 100) is None


@given(
    seconds=st.floats(0.1, 2000),
    small=st.floats(1e-5, 0.1),
    judged=st.floats(0, 0.01),
    images=st.integers(10, 100_000),
    until=st.floats(0.1, 1.0),
    most=st.integers(1, 400),
)
def test_no_plan_exceeds_its_time(
    seconds: float, small: float, judged: float, images: int, until: float, most: int
) -> None:
    work = Work(images, images // 10, True, lambda epochs: max(1, -(-epochs // 25)))
    pace, train = Pace(small, 2 * small, judged, start=0.05), _train(progressive={"size": 8, "until": until})
    found = epochs_within(seconds, pace, train, work, most)
    if found is not None:
        assert phase_seconds(pace, train, work, found) <= seconds
        assert found.count <= most
        assert found.steps is None or found.steps < math.ceil(images / 10)
