import itertools
import math
from statistics import NormalDist

import numpy as np
import pytest
from scipy import stats

from trasluz.metrics.classification import accuracy, macro_f1
from trasluz.metrics.intervals import bootstrap, bootstrap_confusion, bootstrap_mean, mean_interval, wilson
from trasluz.rng import Rng


@pytest.mark.parametrize(
    ("hits", "count", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_is_that_of_newcombe_1998_table_1(hits: int, count: int, low: float, high: float) -> None:
    assert wilson(hits, count) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(("hits", "count"), [(0, 10), (1, 10), (5, 10), (10, 10), (801, 1000), (1, 1), (9_970, 10_000)])
@pytest.mark.parametrize("confidence", [0.9, 0.95])
def test_wilsons_ends_are_the_proportions_that_the_score_test_just_keeps(
    hits: int, count: int, confidence: float
) -> None:
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    share = hits / count
    ends = np.sort(np.roots([1 + z * z / count, -2 * share - z * z / count, share**2]).real)  # (p̂ − p)² = z²p(1 − p)/n
    assert wilson(hits, count, confidence) == pytest.approx(tuple(ends), abs=1e-9)


def test_wilson_of_no_trials_knows_nothing() -> None:
    assert wilson(0, 0) == (0.0, 1.0)


@pytest.mark.parametrize("values", [[0.91, 0.90, 0.92], [1.0, 1.0], [3.0, 5.0, 4.0, 8.0, 2.0]])
def test_mean_interval_is_that_of_scipy(values: list[float]) -> None:
    mean, low, high = mean_interval(values)
    assert mean == pytest.approx(np.mean(values))
    if len(set(values)) == 1:
        assert (low, high) == (values[0], values[0])
        return
    expected = stats.t.interval(0.95, len(values) - 1, loc=np.mean(values), scale=stats.sem(values))
    assert (low, high) == pytest.approx(expected)


def test_one_seed_says_nothing_about_the_spread() -> None:
    assert mean_interval([0.9]) == (0.9, -math.inf, math.inf)


def test_bootstrap_of_a_mean_is_close_to_the_normal_interval_of_many_samples() -> None:
    values = np.random.default_rng(1).exponential(size=4000)
    half = 1.96 * values.std() / math.sqrt(len(values))
    low, high = bootstrap_mean(values, Rng(0))
    assert (low, high) == pytest.approx((values.mean() - half, values.mean() + half), abs=half / 5)


def test_bootstrap_of_five_values_is_that_over_all_their_resamples() -> None:
    values = np.array([0.0, 1.1, 2.3, 4.2, 8.7])
    every = [np.mean(resample) for resample in itertools.product(values, repeat=5)]
    expected = np.quantile(every, [0.025, 0.975])
    assert bootstrap_mean(values, Rng(0), resamples=40_000) == pytest.approx(expected, abs=0.06)


def test_bootstrap_of_positions_is_that_of_the_values_there() -> None:
    values = np.random.default_rng(5).random(200)
    found = bootstrap(lambda rows: float(values[rows].mean()), 200, Rng(0), resamples=4000)
    assert found == pytest.approx(bootstrap_mean(values, Rng(1), resamples=4000), abs=0.005)


def test_bootstrap_of_accuracy_over_a_confusion_matrix_is_close_to_wilson() -> None:
    confusion = np.array([[450, 50], [30, 470]])
    low, high = bootstrap_confusion(accuracy, confusion, Rng(0))
    assert (low, high) == pytest.approx(wilson(920, 1000), abs=0.003)
    low, high = bootstrap_confusion(macro_f1, confusion, Rng(0))
    assert low < macro_f1(confusion) < high


def test_bootstrap_is_the_same_for_the_same_seed_and_not_for_another() -> None:
    values = np.random.default_rng(2).random(50)
    assert bootstrap_mean(values, Rng(3)) == bootstrap_mean(values, Rng(3))
    assert bootstrap_mean(values, Rng(3)) != bootstrap_mean(values, Rng(4))


def test_bootstrap_of_one_sample_is_that_sample() -> None:
    assert bootstrap_mean(np.array([0.25]), Rng(0)) == (0.25, 0.25)
