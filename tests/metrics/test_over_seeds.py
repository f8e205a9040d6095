"""Means over seeds: Student's t where nothing bounds a metric, inside its range where something does."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.special import expit, logit

from trasluz.metrics.over_seeds import bounds_of, difference_bounds, over_seeds

SHARE = (0.0, 1.0)


def test_without_bounds_it_is_students_interval() -> None:
    values = [3.0, 5.0, 4.0]
    oracle = stats.ttest_1samp(values, 0.0).confidence_interval(0.95)
    assert over_seeds(values) == pytest.approx((4.0, oracle.low, oracle.high))


def test_a_share_has_students_interval_on_the_logit_of_the_mean() -> None:
    values = [0.91, 0.93, 0.90, 0.94]
    mean, half = np.mean(values), stats.t.ppf(0.975, 3) * stats.sem(values)
    width = half / (mean * (1 - mean))
    expected = (mean, expit(logit(mean) - width), expit(logit(mean) + width))
    assert over_seeds(values, SHARE) == pytest.approx(expected)
    assert over_seeds(values, SHARE)[1:] == pytest.approx((mean - half, mean + half), abs=0.006), (
        "near it in the middle"
    )


def test_two_seeds_far_apart_stay_inside_the_range() -> None:
    mean, low, high = over_seeds([0.14, 0.43], SHARE)
    assert mean == pytest.approx(0.285)
    assert 0 < low < mean < high < 1


@pytest.mark.parametrize("values", [[0.9], [0.9, 0.9], [1.0, 1.0, 1.0], [0.0, 0.0]])
def test_one_seed_and_seeds_that_gave_the_same_say_nothing(values: list[float]) -> None:
    assert over_seeds(values, SHARE) == (values[0], -math.inf, math.inf)


@given(values=st.lists(st.floats(0, 1), min_size=1, max_size=6))
def test_a_share_never_leaves_its_range(values: list[float]) -> None:
    mean, low, high = over_seeds(values, SHARE)
    if math.isfinite(low):
        assert 0 <= low <= mean <= high <= 1


@given(values=st.lists(st.floats(0, 1e9), min_size=1, max_size=6))
def test_a_loss_never_goes_below_zero(values: list[float]) -> None:
    mean, low, high = over_seeds(values, (0.0, None))
    if math.isfinite(low):
        assert 0 <= low <= mean <= high


@given(values=st.lists(st.floats(-1, 1), min_size=1, max_size=6))
def test_a_difference_of_shares_stays_between_all_and_nothing(values: list[float]) -> None:
    mean, low, high = over_seeds(values, difference_bounds(SHARE))
    if math.isfinite(low):
        assert -1 <= low <= mean <= high <= 1


def test_what_has_only_an_upper_bound_stays_below_it() -> None:
    mean, low, high = over_seeds([98.0, 99.9], (None, 100.0))
    assert low < mean < high < 100


@pytest.mark.parametrize(
    ("name", "bounds"),
    [
        ("accuracy", SHARE),
        ("valid/mse", (0.0, None)),
        ("ssim", (-1.0, 1.0)),
        ("roc_auc", SHARE),
        ("loss", (None, None)),
    ],
)
def test_each_metric_says_its_range_where_it_is_described(name: str, bounds: tuple[float | None, float | None]) -> None:
    assert bounds_of(name) == bounds


def test_nobodys_metric_has_no_bounds_and_neither_has_a_difference_of_losses() -> None:
    assert bounds_of("glow") == (None, None)
    assert difference_bounds((0.0, None)) == (None, None)
    assert difference_bounds(SHARE) == (-1.0, 1.0)


@pytest.mark.parametrize("seeds", [2, 3, 5])
def test_it_holds_the_truth_as_often_as_it_says(seeds: int) -> None:
    rng = np.random.default_rng(0)
    truth = float(expit(rng.normal(2.2, 0.3, 1_000_000)).mean())
    held = []
    for _trial in range(1000):
        _mean, low, high = over_seeds(expit(rng.normal(2.2, 0.3, seeds)).tolist(), SHARE)
        held.append(low <= truth <= high)
    assert np.mean(held) == pytest.approx(0.95, abs=0.025)
