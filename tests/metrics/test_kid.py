"""KID over all rows: torchmetrics' estimate and a closed form, its interval by its own definition and by counting."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch
from torchmetrics.image.kid import poly_mmd

from trasluz.metrics import kid as module
from trasluz.metrics.kid import kid


def test_the_estimate_is_that_of_torchmetrics_over_all_rows() -> None:
    rng = np.random.default_rng(0)
    first, second = rng.normal(size=(40, 8)), rng.normal(0.3, 1.2, size=(40, 8))
    expected = poly_mmd(torch.from_numpy(first), torch.from_numpy(second)).item()
    assert kid(first, second)[0] == pytest.approx(expected, rel=1e-9)


def test_sets_of_different_sizes_have_the_mean_over_all_their_pairs() -> None:
    rng = np.random.default_rng(6)
    first, second = rng.normal(size=(7, 3)), rng.normal(0.5, 1, size=(5, 3))

    def mean(a: np.ndarray, b: np.ndarray) -> float:
        pairs = itertools.permutations(a, 2) if a is b else itertools.product(a, b)
        return float(np.mean([(x @ y / 3 + 1) ** 3 for x, y in pairs]))

    expected = mean(first, first) + mean(second, second) - 2 * mean(first, second)
    assert kid(first, second)[0] == pytest.approx(expected, rel=1e-9)


def test_in_one_dimension_the_mean_is_the_closed_form_of_moments() -> None:
    # k(x, y) = (xy + 1)³, so MMD² = Σ binomial(3, j) (E xʲ − E yʲ)²; for N(0, 1) and N(1, 1): 3·1² + 3·(1−2)² + (0−4)²
    rng = np.random.default_rng(1)
    estimates = [kid(rng.normal(0, 1, (60, 1)), rng.normal(1, 1, (60, 1)))[0] for _ in range(3000)]
    assert np.mean(estimates) == pytest.approx(22, abs=4 * np.std(estimates) / np.sqrt(3000))


@pytest.mark.parametrize("apart", [0.0, 0.6])
def test_the_intervals_width_is_what_repeated_estimates_spread_by(apart: float) -> None:
    """Where sets are alike pairs rule the variance, where they are not single rows do; no part is less than 0, which
    makes the interval of like sets somewhat wide."""
    rng = np.random.default_rng(2)
    found = np.array([kid(rng.normal(apart, 1, (90, 5)), rng.normal(size=(130, 5))) for _ in range(400)])
    claimed = np.sqrt(np.mean(((found[:, 2] - found[:, 1]) / 2 / 1.987) ** 2))  # Student's quantile of 89
    spread = found[:, 0].std()
    assert 0.92 * spread < claimed < (1.35 if apart == 0 else 1.1) * spread


def test_its_interval_holds_zero_for_equal_distributions_as_often_as_it_says() -> None:
    rng = np.random.default_rng(3)
    holds = []
    for _trial in range(300):
        value, low, high = kid(rng.normal(size=(60, 5)), rng.normal(size=(80, 5)))
        assert low <= value <= high
        holds.append(low <= 0 <= high)
    assert 0.92 <= np.mean(holds) <= 1


def test_it_is_above_zero_for_different_ones() -> None:
    rng = np.random.default_rng(3)
    assert kid(rng.normal(size=(900, 5)), rng.normal(0.5, 1, size=(900, 5)))[1] > 0


def test_stripes_of_the_kernel_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(4)
    first, second = rng.normal(size=(50, 4)), rng.normal(0.2, 1, size=(70, 4))
    whole = kid(first, second)
    monkeypatch.setattr(module, "_STRIPE", 130)
    assert kid(first, second) == pytest.approx(whole, rel=1e-9)


def test_rows_beyond_a_thousand_count_too() -> None:
    """Where the last rows alone are different, what takes only some of them sees nothing."""
    rng = np.random.default_rng(5)
    second = rng.normal(size=(1500, 3))
    alike = rng.normal(size=(1500, 3))
    apart = alike.copy()
    apart[1400:] += 3
    assert kid(apart, second)[0] > kid(alike, second)[0] + 1e-3


def test_few_rows_have_an_estimate_without_an_interval_and_one_has_none() -> None:
    features = np.random.default_rng(4).normal(size=(3, 3))
    value, low, high = kid(features, features)
    assert np.isfinite(value)
    assert (low, high) == (-np.inf, np.inf)
    with pytest.raises(ValueError, match="2 rows"):
        kid(features[:1], features)


def test_equal_rows_are_at_no_distance() -> None:
    same = np.ones((20, 4))
    assert kid(same, same) == pytest.approx((0, 0, 0), abs=1e-12)
