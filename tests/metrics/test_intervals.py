import math

import numpy as np
import pytest
from scipy import stats

from trasluz.metrics.classification import accuracy, macro_f1
from trasluz.metrics.intervals import bootstrap_confusion, bootstrap_mean, mean_interval, wilson
from trasluz.rng import Rng


@pytest.mark.parametrize(("hits", "count"), [(0, 10), (1, 10), (5, 10), (10, 10), (801, 1000), (1, 1), (9_970, 10_000)])
@pytest.mark.parametrize("confidence", [0.9, 0.95])
def test_wilson_is_that_of_scipy(hits: int, count: int, confidence: float) -> None:
    expected = stats.binomtest(hits, count).proportion_ci(confidence, method="wilson")
    assert wilson(hits, count, confidence) == pytest.approx((expected.low, expected.high), abs=1e-12)


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
