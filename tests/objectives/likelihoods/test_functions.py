import numpy as np
import pytest
import torch
from torch.distributions import Bernoulli, Normal

from trasluz.objectives.likelihoods import bernoulli_cross_entropy, squared_error

SHAPES = [(1, 1, 1, 1), (3, 1, 7, 5), (2, 3, 9, 9), (2, 4, 8, 6), (5, 11)]


@pytest.mark.parametrize("shape", SHAPES)
def test_squared_error_is_a_sum_over_pixels_and_not_a_mean(shape: tuple[int, ...]) -> None:
    generator = torch.Generator().manual_seed(1)
    a, b = torch.rand(shape, generator=generator), torch.rand(shape, generator=generator)
    expected = ((a.numpy().astype(np.float64) - b.numpy()) ** 2).reshape(shape[0], -1).sum(1)
    np.testing.assert_allclose(squared_error(a, b).numpy(), expected, rtol=1e-5)


def test_half_the_squared_error_is_the_unit_gaussian_up_to_a_constant() -> None:
    generator = torch.Generator().manual_seed(2)
    mean, target = torch.rand(4, 3, 5, 5, generator=generator), torch.rand(4, 3, 5, 5, generator=generator)
    exact = -Normal(mean, 1.0).log_prob(target).flatten(1).sum(1)
    constant = 75 * 0.5 * np.log(2 * np.pi)
    torch.testing.assert_close(squared_error(mean, target) / 2 + constant, exact)


@pytest.mark.parametrize("shape", SHAPES)
def test_bernoulli_cross_entropy_is_the_likelihood_of_torch_distributions(shape: tuple[int, ...]) -> None:
    generator = torch.Generator().manual_seed(3)
    logits = torch.randn(shape, generator=generator) * 4
    target = (torch.rand(shape, generator=generator) > 0.5).float()
    expected = -Bernoulli(logits=logits).log_prob(target).flatten(1).sum(1)
    torch.testing.assert_close(bernoulli_cross_entropy(logits, target), expected)


def test_bernoulli_cross_entropy_of_grey_targets_is_least_at_the_target_itself() -> None:
    target = torch.rand(2, 1, 4, 4, generator=torch.Generator().manual_seed(4)).clamp(0.05, 0.95)
    at = bernoulli_cross_entropy(torch.logit(target), target)
    entropy = -(target * target.log() + (1 - target) * (1 - target).log()).flatten(1).sum(1)
    torch.testing.assert_close(at, entropy)
    assert (bernoulli_cross_entropy(torch.logit(target) + 0.3, target) > at).all()


def test_huge_logits_and_half_precision_stay_finite_and_float32() -> None:
    logits = torch.full((2, 1, 2, 2), 1e4, dtype=torch.bfloat16)
    assert torch.isfinite(bernoulli_cross_entropy(logits, torch.zeros(2, 1, 2, 2))).all()
    assert squared_error(logits, torch.zeros(2, 1, 2, 2)).dtype == torch.float32
