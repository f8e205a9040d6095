import itertools
import math
from collections.abc import Callable
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tests.metrics.bootstrap import bootstrap, bootstrap_confusion
from trasluz.metrics.classification import accuracy, macro_f1
from trasluz.metrics.intervals import (
    UNKNOWN,
    bounded_mean,
    mean_interval,
    positive_mean,
    score_interval,
    unbounded_mean,
    wilson,
)
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
    low, high = bootstrap(lambda rows: float(values[rows].mean()), 4000, Rng(0))
    assert (low, high) == pytest.approx((values.mean() - half, values.mean() + half), abs=half / 5)


def test_bootstrap_of_five_values_is_that_over_all_their_resamples() -> None:
    values = np.array([0.0, 1.1, 2.3, 4.2, 8.7])
    every = [np.mean(resample) for resample in itertools.product(values, repeat=5)]
    expected = np.quantile(every, [0.025, 0.975])
    found = bootstrap(lambda rows: float(values[rows].mean()), 5, Rng(0), resamples=10_000)
    assert found == pytest.approx(expected, abs=0.12)


def test_bootstrap_of_accuracy_over_a_confusion_matrix_is_close_to_wilson() -> None:
    confusion = np.array([[450, 50], [30, 470]])
    low, high = bootstrap_confusion(accuracy, confusion, Rng(0))
    assert (low, high) == pytest.approx(wilson(920, 1000), abs=0.003)
    low, high = bootstrap_confusion(macro_f1, confusion, Rng(0))
    assert low < macro_f1(confusion) < high


def test_bootstrap_is_the_same_for_the_same_seed_and_not_for_another() -> None:
    values = np.random.default_rng(2).random(50)

    def found(seed: int) -> tuple[float, float]:
        return bootstrap(lambda rows: float(values[rows].mean()), 50, Rng(seed))

    assert found(3) == found(3)
    assert found(3) != found(4)


def test_bootstrap_of_one_sample_is_that_sample() -> None:
    assert bootstrap(lambda rows: 0.25 + float(rows.sum()), 1, Rng(0)) == (0.25, 0.25)


@given(hits=st.integers(0, 500), more=st.integers(0, 500))
def test_the_score_interval_of_whole_trials_is_wilsons(hits: int, more: int) -> None:
    count = hits + max(more, 1)
    assert score_interval(hits / count, count) == pytest.approx(wilson(hits, count), abs=1e-9)


@given(answers=st.lists(st.booleans(), min_size=1, max_size=300))
def test_the_mean_of_yes_or_no_answers_has_wilsons_interval(answers: list[bool]) -> None:
    values = np.array(answers, float)
    assert bounded_mean(values) == pytest.approx(wilson(sum(answers), len(answers)), abs=1e-7)


SCORES = st.lists(st.floats(0, 1), min_size=1, max_size=60)


@given(values=SCORES, least=st.sampled_from([0.0, -1.0]), shrink=st.sampled_from([1.0, 1e-3]))
def test_the_interval_of_a_bounded_mean_stays_inside_its_bounds_and_holds_it(
    values: list[float], least: float, shrink: float
) -> None:
    scores = 1 - shrink * (1 - np.array(values)) * (1 - least)
    low, high = bounded_mean(scores, least)
    assert least <= low <= scores.mean() + 1e-12
    assert scores.mean() - 1e-12 <= high <= 1
    assert low < high


def test_samples_that_are_all_perfect_claim_no_more_than_as_many_right_answers() -> None:
    assert bounded_mean(np.ones(40)) == pytest.approx(wilson(40, 40))
    assert bounded_mean(np.zeros(40)) == pytest.approx(wilson(0, 40))


def test_the_interval_does_not_jump_where_the_last_mistake_goes() -> None:
    """One label of ten wrong in one image of forty: no narrow interval beside the wide one of none wrong."""
    perfect, almost = np.ones(40), np.ones(40)
    almost[0] = 0.9
    (wide, _one), (low, _high) = bounded_mean(perfect), bounded_mean(almost)
    assert abs(low - wide) < 0.01


def test_many_scores_of_little_spread_have_the_normal_interval() -> None:
    values = 0.8 + 0.05 * np.random.default_rng(0).normal(size=5000)
    half = 1.96 * values.std() / math.sqrt(5000)
    assert bounded_mean(values) == pytest.approx((values.mean() - half, values.mean() + half), abs=half / 20)


def test_the_mean_of_errors_has_students_interval_on_the_logarithm() -> None:
    values = np.random.default_rng(3).exponential(size=30)
    low, high = positive_mean(values)
    mean, half = values.mean(), stats.t.ppf(0.975, 29) * stats.sem(values)
    assert (low, high) == pytest.approx((mean * math.exp(-half / mean), mean * math.exp(half / mean)))


@given(values=st.lists(st.floats(0, 1e6), min_size=1, max_size=40))
def test_the_interval_of_a_mean_of_errors_never_goes_below_zero(values: list[float]) -> None:
    low, high = positive_mean(np.array(values))
    if (low, high) == UNKNOWN:
        assert max(values) - min(values) <= 1e-9 * max(values)
        return
    assert 0 <= low <= np.mean(values) * (1 + 1e-9)
    assert np.mean(values) * (1 - 1e-9) <= high < math.inf


def test_a_mean_without_bounds_has_students_interval() -> None:
    values = np.random.default_rng(4).normal(size=20)
    oracle = stats.ttest_1samp(values, 0.0).confidence_interval(0.95)
    assert unbounded_mean(values) == pytest.approx((oracle.low, oracle.high))


@pytest.mark.parametrize("values", [[0.5], [0.5, 0.5, 0.5], [0.0, 0.0]])
@pytest.mark.parametrize("method", [positive_mean, unbounded_mean])
def test_errors_that_are_all_the_same_say_nothing_about_their_spread(
    values: list[float], method: Callable[[np.ndarray], tuple[float, float]]
) -> None:
    assert method(np.array(values)) == UNKNOWN


def _labels(rng: np.random.Generator, n: int) -> np.ndarray:
    return rng.binomial(5, rng.beta(0.9 * 7 / 3, 0.1 * 7 / 3, n)) / 5


def _pixels(rng: np.random.Generator, n: int) -> np.ndarray:
    return rng.beta(8, 2, n)


@pytest.mark.parametrize("count", [10, 40, 270])
@pytest.mark.parametrize(("draw", "truth"), [(_labels, 0.9), (_pixels, 0.8)])
def test_intervals_of_bounded_means_hold_the_truth_as_often_as_they_say(
    draw: Callable[[np.random.Generator, int], np.ndarray], truth: float, count: int
) -> None:
    rng = np.random.default_rng(5)
    held = [low <= truth <= high for low, high in (bounded_mean(draw(rng, count)) for _ in range(400))]
    assert np.mean(held) >= 0.92


def test_few_scores_that_are_nearly_perfect_do_not_rule_out_that_some_fail_wholly() -> None:
    rng = np.random.default_rng(8)
    held = []
    for _repetition in range(400):
        values = np.where(rng.random(40) < 0.03, 0.0, rng.beta(99, 1, 40))
        low, high = bounded_mean(values)
        held.append(low <= 0.97 * 0.99 <= high)
    assert np.mean(held) >= 0.92
