import numpy as np
import pytest
import torch
from torchmetrics.image.kid import poly_mmd

from trasluz.metrics.kid import kid, polynomial_mmd2
from trasluz.rng import Rng


def test_the_estimate_is_that_of_torchmetrics() -> None:
    rng = np.random.default_rng(0)
    first, second = rng.normal(size=(40, 8)), rng.normal(0.3, 1.2, size=(40, 8))
    expected = poly_mmd(torch.from_numpy(first), torch.from_numpy(second)).item()
    assert polynomial_mmd2(first, second) == pytest.approx(expected, rel=1e-9)


def test_in_one_dimension_the_mean_is_the_closed_form_of_moments() -> None:
    # k(x, y) = (xy + 1)³, so MMD² = Σ binomial(3, j) (E xʲ − E yʲ)²; for N(0, 1) and N(1, 1): 3·1² + 3·(1−2)² + (0−4)²
    rng = np.random.default_rng(1)
    estimates = [polynomial_mmd2(rng.normal(0, 1, (60, 1)), rng.normal(1, 1, (60, 1))) for _ in range(3000)]
    assert np.mean(estimates) == pytest.approx(22, abs=4 * np.std(estimates) / np.sqrt(3000))


def test_it_has_mean_zero_for_equal_distributions_and_its_interval_holds_zero() -> None:
    rng = np.random.default_rng(2)
    holds = []
    for seed in range(40):
        mean, low, high = kid(rng.normal(size=(200, 5)), rng.normal(size=(260, 5)), Rng(seed))
        assert low <= mean <= high
        holds.append(low <= 0 <= high)
    assert sum(holds) >= 34


def test_it_is_above_zero_for_different_ones_and_the_same_on_a_second_run() -> None:
    rng = np.random.default_rng(3)
    first, second = rng.normal(size=(3000, 5)), rng.normal(0.5, 1, size=(3000, 5))
    found = kid(first, second, Rng(0))
    assert found[1] > 0
    assert found == kid(first, second, Rng(0))


def test_two_samples_have_an_estimate_without_an_interval_and_one_has_none() -> None:
    features = np.random.default_rng(4).normal(size=(2, 3))
    mean, low, high = kid(features, features, Rng(0))
    assert np.isfinite(mean)
    assert (low, high) == (-np.inf, np.inf)
    with pytest.raises(ValueError, match="2 rows"):
        kid(features[:1], features, Rng(0))
