from __future__ import annotations

from itertools import pairwise

import pytest
import torch
from torch.distributions import MultivariateNormal, Normal

from trasluz.families._posterior import log_prior_over_posterior
from trasluz.metrics.importance import importance_weighted_bound


def test_parts_of_any_size_give_the_log_of_the_mean_weight() -> None:
    weights = torch.randn(70, 5, generator=torch.Generator().manual_seed(0)).double() * 3
    expected = weights.exp().mean(0).log()
    torch.testing.assert_close(importance_weighted_bound([weights]), expected)
    torch.testing.assert_close(importance_weighted_bound(weights.split(11)), expected)


def test_weights_beyond_the_range_of_numbers_neither_overflow_nor_vanish() -> None:
    weights = torch.tensor([[-2000.0, 3000.0], [-2000.0, 3000.0]])
    torch.testing.assert_close(importance_weighted_bound([weights]), torch.tensor([-2000.0, 3000.0]).double())


def test_nothing_to_weigh_is_an_error() -> None:
    with pytest.raises(ValueError, match="no log-weights"):
        importance_weighted_bound([])


def test_bound_with_a_perturbed_posterior_converges_to_the_evidence_of_probabilistic_pca() -> None:
    """x = W·z + b + σ·ε (Tipping & Bishop 1999): evidence and posterior are known; the posterior is spoiled."""
    generator = torch.Generator().manual_seed(0)
    size, latent, sigma, count = 7, 3, 0.5, 40
    w, b = torch.randn(size, latent, generator=generator).double(), torch.randn(size, generator=generator).double()
    x = torch.randn(count, latent, generator=generator).double() @ w.T + b
    x = x + sigma * torch.randn(count, size, generator=generator).double()
    exact = MultivariateNormal(b, w @ w.T + sigma**2 * torch.eye(size).double()).log_prob(x)
    spread = torch.linalg.inv(torch.eye(latent).double() + w.T @ w / sigma**2)
    mean = (x - b) @ w @ spread / sigma**2 + 0.15  # not where it should be
    log_variance = (1.7 * spread.diagonal()).log().expand(count, latent)  # nor as wide, and without correlation

    def bound(samples: int) -> torch.Tensor:
        noise = torch.randn(samples, count, latent, generator=generator).double()
        z = mean + (log_variance / 2).exp() * noise
        likelihood = Normal(z @ w.T + b, sigma).log_prob(x).sum(-1)
        return importance_weighted_bound((likelihood + log_prior_over_posterior(z, log_variance, noise)).split(50))

    gaps = [(exact - bound(k)).mean().item() for k in (1, 10, 100, 1000, 20_000)]
    assert gaps[0] > 0.3
    assert all(a > b for a, b in pairwise(gaps[:3]))
    assert abs(gaps[-1]) < 0.01


def test_constants_of_prior_and_posterior_cancel() -> None:
    mean, log_variance = torch.tensor([[0.3, -1.0]]), torch.tensor([[0.4, -0.7]])
    noise = torch.randn(4, 1, 2, generator=torch.Generator().manual_seed(1))
    z = mean + (log_variance / 2).exp() * noise
    expected = Normal(0.0, 1.0).log_prob(z) - Normal(mean, (log_variance / 2).exp()).log_prob(z)
    torch.testing.assert_close(log_prior_over_posterior(z, log_variance, noise), expected.sum(-1))
