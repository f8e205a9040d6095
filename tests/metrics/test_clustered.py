"""Intervals by groups: closed forms, and how often they hold the truth."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from trasluz.metrics.clustered import (
    any_mean,
    clustered_share,
    effective_pairs,
    effective_samples,
    hits_interval,
    jackknife,
)
from trasluz.metrics.intervals import mean_interval, wilson
from trasluz.metrics.roc import auc_interval, auc_interval_by_groups


def _score(share: float, trials: float, confidence: float = 0.95) -> tuple[float, float]:
    """(share − p)² = z²·p(1 − p) / trials solved for p by NumPy."""
    z2 = stats.norm.ppf(0.5 + confidence / 2) ** 2 / trials
    low, high = np.sort(np.roots([1 + z2, -2 * share - z2, share**2]).real)
    return float(low), float(high)


def _fewer(groups: int) -> float:
    return float((stats.norm.ppf(0.975) / stats.t.ppf(0.975, groups - 1)) ** 2)


def test_groups_that_are_right_or_wrong_as_a_whole_count_as_one_sample_each() -> None:
    """The variance of a mean of G equal groups is p(1 − p) / (G − 1), that of G − 1 samples."""
    right, groups = np.repeat([1, 1, 1, 0, 1, 0, 1, 1, 1, 1], 50), np.repeat(np.arange(10), 50)
    assert effective_samples(right, groups) == pytest.approx(9)
    assert clustered_share(right, groups) == pytest.approx(_score(0.8, 9 * _fewer(10)))


def test_groups_of_one_sample_are_all_but_wilsons() -> None:
    right = np.repeat([1, 0], [400, 100])
    assert effective_samples(right, np.arange(500)) == pytest.approx(499)
    assert clustered_share(right, np.arange(500)) == pytest.approx(wilson(400, 500), abs=1e-3)


def test_groups_that_differ_less_than_chance_count_no_more_than_their_samples() -> None:
    right, groups = np.tile([1, 0], 100), np.repeat(np.arange(20), 10)
    assert effective_samples(right, groups) == 200


def test_all_right_leaves_one_sample_per_group_and_one_group_says_nothing() -> None:
    assert clustered_share(np.ones(100), np.repeat(np.arange(20), 5)) == pytest.approx(_score(1.0, 20 * _fewer(20)))
    assert clustered_share(np.ones(100), np.zeros(100, int)) == (0.0, 1.0)


def test_effective_samples_are_those_of_kish() -> None:
    """Equal groups of m with intraclass correlation ρ: n / (1 + (m − 1)ρ), by one-way analysis of variance."""
    rng = np.random.default_rng(0)
    groups = np.repeat(np.arange(4000), 8)
    right = rng.random(32000) < np.repeat(rng.beta(2, 1, 4000), 8)
    table = right.reshape(4000, 8).astype(float)
    between, within = 8 * table.mean(1).var(ddof=1), table.var(axis=1, ddof=1).mean()
    correlation = (between - within) / (between + 7 * within)
    assert effective_samples(right, groups) == pytest.approx(32000 / (1 + 7 * correlation), rel=0.01)


@pytest.mark.parametrize("groups", [10, 40])
@pytest.mark.parametrize(("share", "alike"), [(0.8, 0.0), (0.8, 0.3), (0.95, 0.1)])
def test_coverage_by_groups_holds_where_wilsons_does_not(groups: int, share: float, alike: float) -> None:
    """1,000 draws of groups of 4 to 30 samples whose chances of being right are beta-distributed."""
    rng = np.random.default_rng(1)
    held = plain = 0
    for _draw in range(1000):
        sizes = rng.integers(4, 31, groups)
        chances = np.full(groups, share)
        if alike:
            spread = 1 / alike - 1
            chances = rng.beta(share * spread, (1 - share) * spread, groups)
        right = rng.random(sizes.sum()) < np.repeat(chances, sizes)
        low, high = clustered_share(right, np.repeat(np.arange(groups), sizes))
        held += low <= share <= high
        low, high = wilson(int(right.sum()), len(right))
        plain += low <= share <= high
    assert held / 1000 > 0.92
    assert not alike or plain / 1000 < 0.85


def test_the_jackknife_of_a_mean_of_single_samples_is_students() -> None:
    values = np.random.default_rng(0).normal(3, 1, 30)
    bounds = jackknife(lambda positions: float(values[positions].mean()), np.arange(30), "any")
    expected = stats.t.interval(0.95, 29, loc=values.mean(), scale=stats.sem(values))
    assert bounds == pytest.approx(tuple(expected))


def test_the_jackknife_stays_in_range() -> None:
    values = np.repeat([0.999, 1.0, 0.9, 1.0], 10)
    groups = np.repeat(np.arange(4), 10)

    def mean(positions: np.ndarray) -> float:
        return float(values[positions].mean())

    bounds = jackknife(mean, groups, "share")
    assert bounds is not None
    assert 0 < bounds[0] < values.mean() < bounds[1] < 1
    positive = jackknife(lambda positions: 1.001 - mean(positions), groups, "positive")
    assert positive is not None
    assert positive[0] > 0
    assert jackknife(lambda positions: 1.0, groups, "share") == pytest.approx(_score(1.0, 4 * _fewer(4)))


def test_the_jackknife_says_nothing_of_one_group_or_of_no_number() -> None:
    assert jackknife(lambda positions: 0.5, np.zeros(5, int), "share") is None
    assert jackknife(lambda positions: math.nan, np.arange(5), "share") is None


def test_the_jackknife_of_many_groups_leaves_out_several_at_a_time() -> None:
    calls = []

    def mean(positions: np.ndarray) -> float:
        calls.append(len(positions))
        return float(positions.mean())

    assert jackknife(mean, np.arange(5000), "any") is not None
    assert len(calls) == 201


def test_pairs_that_differ_together_count_as_one_and_others_as_what_they_are() -> None:
    """Groups whose samples all differ alike: a t interval of the groups. Single samples: all but the samples."""
    apart, groups = np.repeat([1, -1, 0, 0, 1, 0], 20), np.repeat(np.arange(6), 20)
    assert effective_pairs(apart, groups) == pytest.approx(5 * _fewer(6))
    assert effective_pairs(apart, np.arange(120)) == pytest.approx(119 * _fewer(120))
    assert effective_pairs(np.zeros(120), groups) == pytest.approx(6 * _fewer(6))


def test_without_groups_shares_have_wilsons_interval_and_means_students() -> None:
    hits, values = np.repeat([True, False], [8, 2]), np.random.default_rng(0).normal(1, 1, 12)
    for none in (None, np.zeros(0, np.int64)):
        assert hits_interval(hits, none) == wilson(8, 10)
        assert any_mean(values, none) == mean_interval(list(values))
    groups = np.repeat([0, 1, 2, 3], 3)
    assert hits_interval(hits, np.arange(10) // 2) == clustered_share(hits, np.arange(10) // 2)
    low, high = stats.t.interval(0.95, 3, values.reshape(4, 3).mean(), stats.sem(values.reshape(4, 3).mean(1)))
    assert any_mean(values, groups) == pytest.approx((values.mean(), low, high))
    assert any_mean(values, np.zeros(12, int)) == (pytest.approx(values.mean()), -math.inf, math.inf)


def test_the_area_by_groups_holds_the_truth_where_the_plain_interval_does_not() -> None:
    """Groups of 8 share half of the variance of their scores, and their class; the truth is Φ(1 / √2) at a distance of
    one standard deviation."""
    rng, groups, held, plain = np.random.default_rng(6), np.repeat(np.arange(30), 8), 0, 0
    truth, positive = float(stats.norm.cdf(1 / math.sqrt(2))), np.repeat(np.arange(30) % 2 == 1, 8)
    for _draw in range(500):
        scores = positive + np.sqrt(0.5) * (np.repeat(rng.normal(size=30), 8) + rng.normal(size=240))
        low, high = auc_interval_by_groups(scores, positive, groups)
        held += low <= truth <= high
        _area, low, high = auc_interval(scores, positive)
        plain += low <= truth <= high
    assert held / 500 > 0.92
    assert plain / 500 < 0.75


def test_the_area_by_groups_of_one_sample_each_is_all_but_delongs() -> None:
    rng = np.random.default_rng(7)
    scores, positive = np.concatenate([rng.normal(1, 1, 300), rng.normal(0, 1, 200)]), np.arange(500) < 300
    low, high = auc_interval_by_groups(scores, positive, np.arange(500))
    assert (low, high) == pytest.approx(auc_interval(scores, positive)[1:], abs=0.004)
    perfect = auc_interval_by_groups(positive + 0.0, positive, np.arange(500) // 10)
    assert 0.9 < perfect[0] < perfect[1] == 1
    assert auc_interval_by_groups(scores, positive, np.zeros(500, int)) == (0.0, 1.0)
