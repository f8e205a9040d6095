"""KID and MMD² of codes where rows come in groups: one pair at a time, and how often their intervals hold the truth."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from trasluz.metrics.kid import kid
from trasluz.metrics.latent import prior_mmd
from trasluz.metrics.u_statistics import BetweenGroups, jackknife_variance
from trasluz.rng import Rng


def _kernel(x: np.ndarray, y: np.ndarray) -> float:
    return float((x @ y / len(x) + 1) ** 3)


def _grouped(rng: np.random.Generator, groups: int, of: int, apart: float, width: int = 5) -> np.ndarray:
    """Rows ``[groups·of, width]`` of variance 1, half of it the group's."""
    own = np.repeat(rng.normal(size=(groups, width)), of, axis=0)
    return apart + np.sqrt(0.5) * (own + rng.normal(size=(groups * of, width)))


def test_only_pairs_of_different_groups_count_and_each_group_is_left_out_once() -> None:
    rng = np.random.default_rng(0)
    first, second, groups = rng.normal(size=(6, 3)), rng.normal(0.4, 1, (9, 3)), np.array([4, 4, 1, 2, 2, 2, 0, 1, 0])

    def estimate(x: np.ndarray, y: np.ndarray, of: np.ndarray) -> float:
        own = [_kernel(a, b) for a, b in itertools.permutations(x, 2)]
        other = [_kernel(y[i], y[j]) for i, j in np.ndindex(len(y), len(y)) if of[i] != of[j]]
        between = [_kernel(a, b) for a, b in itertools.product(x, y)]
        return float(np.mean(own) + np.mean(other) - 2 * np.mean(between))

    value, low, high = kid(first, second, groups=(None, groups))
    assert value == pytest.approx(estimate(first, second, groups))
    rows = [estimate(np.delete(first, i, 0), second, groups) for i in range(6)]
    left = [estimate(first, second[groups != g], groups[groups != g]) for g in np.unique(groups)]
    variance = jackknife_variance(np.array(rows)) + jackknife_variance(np.array(left))
    assert (high - low) / 2 == pytest.approx(3.182446 * np.sqrt(variance), rel=1e-6)  # Student's quantile of 3


def test_few_groups_leave_the_estimate_of_all_rows_without_an_interval() -> None:
    rng = np.random.default_rng(1)
    first, second = rng.normal(size=(8, 3)), rng.normal(size=(9, 3))
    value, low, high = kid(first, second, groups=(None, np.repeat([0, 1, 2], 3)))
    assert (value, low, high) == (kid(first, second)[0], -np.inf, np.inf)
    codes = rng.normal(size=(9, 3)).astype(np.float32)
    assert prior_mmd(codes, Rng(0), groups=np.repeat([0, 1, 2], 3)) == (
        prior_mmd(codes, Rng(0))[0],
        (-np.inf, np.inf),
    )


def test_groups_of_one_row_change_no_estimate() -> None:
    rng = np.random.default_rng(2)
    first, second = rng.normal(size=(30, 4)), rng.normal(0.3, 1, (20, 4))
    assert kid(first, second, groups=(np.arange(30), None))[0] == pytest.approx(kid(first, second)[0])
    codes = rng.normal(size=(30, 4)).astype(np.float32)
    assert prior_mmd(codes, Rng(0), groups=np.arange(30))[0] == pytest.approx(prior_mmd(codes, Rng(0))[0])


@pytest.mark.parametrize("apart", [0.0, 0.5])
def test_the_interval_of_kid_holds_the_truth_of_grouped_images_where_the_plain_one_does_not(apart: float) -> None:
    """200 samples beside 15 groups of 10 real images; the truth is that of groups drawn anew each time."""
    rng = np.random.default_rng(3)
    truth = _truth(rng, apart)
    groups, held, plain = np.repeat(np.arange(15), 10), 0, 0
    for _trial in range(200):
        made, real = rng.normal(size=(200, 5)), _grouped(rng, 15, 10, apart)
        _value, low, high = kid(made, real, groups=(None, groups))
        held += low <= truth <= high
        _value, low, high = kid(made, real)
        plain += low <= truth <= high
    assert held / 200 >= 0.9
    assert plain / 200 < 0.85


def _truth(rng: np.random.Generator, apart: float) -> float:
    """MMD² of N(0, 1)⁵ and N(apart, 1)⁵: what independent rows give on average."""
    if apart == 0:
        return 0.0
    return float(np.mean([kid(rng.normal(size=(400, 5)), apart + rng.normal(size=(400, 5)))[0] for _ in range(60)]))


def test_the_interval_of_mmd_holds_zero_for_grouped_codes_of_the_prior_where_the_plain_one_does_not() -> None:
    rng, groups, held, plain = np.random.default_rng(4), np.repeat(np.arange(20), 6), 0, 0
    for _trial in range(200):
        codes = _grouped(rng, 20, 6, 0.0).astype(np.float32)
        low, high = prior_mmd(codes, Rng(0), groups=groups)[1]
        held += low <= 0 <= high
        low, high = prior_mmd(codes, Rng(0))[1]
        plain += low <= 0 <= high
    assert held / 200 >= 0.9
    assert plain / 200 < 0.7


def test_a_mean_between_groups_is_that_of_its_pairs_left_out_and_all() -> None:
    rng = np.random.default_rng(5)
    kernel, groups = rng.normal(size=(7, 7)), np.array([0, 0, 1, 1, 1, 2, 3])
    kernel += kernel.T
    other = groups[:, None] != groups
    found = BetweenGroups.of((kernel * other).sum(1), groups)
    assert found.value == pytest.approx(kernel[other].mean())
    for group, value in enumerate(found.left_out):
        kept = groups != group
        assert value == pytest.approx(kernel[np.ix_(kept, kept)][other[np.ix_(kept, kept)]].mean())
