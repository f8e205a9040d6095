from __future__ import annotations

import pytest
import torch
from torch.distributions import Normal, kl_divergence

from trasluz.objectives.divergences import Codes, Divergence, build_divergence
from trasluz.objectives.divergences.kl import per_dimension
from trasluz.rng import Rng, StepRng


def rng(n: int) -> StepRng:
    return Rng(0).at(0, 0, torch.arange(n))


def codes(n: int = 6, d: int = 4, weights: torch.Tensor | None = None) -> Codes:
    generator = torch.Generator().manual_seed(1)
    mean, log_variance = (torch.randn(n, d, generator=generator) for _ in range(2))
    return Codes(mean, log_variance, mean, weights)


def make(**settings: object) -> Divergence:
    return build_divergence({"name": "kl", **settings})


def test_closed_form_is_that_of_torch_distributions() -> None:
    found = codes(50, 7)
    expected = kl_divergence(Normal(found.mean, (found.log_variance / 2).exp()), Normal(0.0, 1.0))
    torch.testing.assert_close(per_dimension(found.mean, found.log_variance), expected, rtol=1e-4, atol=1e-5)


def test_posterior_equal_to_the_prior_costs_exactly_nothing_and_no_half_precision_gets_in() -> None:
    zeros = torch.zeros(3, 2, dtype=torch.bfloat16)
    assert torch.equal(per_dimension(zeros, zeros), torch.zeros(3, 2))
    tiny = per_dimension(torch.full((1, 1), 1e-3), torch.full((1, 1), 1e-3))
    assert tiny.item() == pytest.approx(0.5 * (1e-6 + 5e-7), rel=1e-2)


def test_term_sums_over_dimensions_and_averages_over_samples() -> None:
    found = codes()
    term = make().term(found, rng(6))
    torch.testing.assert_close(term, per_dimension(found.mean, found.log_variance).sum(1).mean())


def test_weights_of_samples_weigh_the_term() -> None:
    found = codes(weights=torch.tensor([0.0, 3.0, 0.0, 1.0, 0.0, 0.0]))
    each = per_dimension(found.mean, found.log_variance).sum(1)
    torch.testing.assert_close(make().term(found, rng(6)), (3 * each[1] + each[3]) / 4)


def test_free_bits_leave_dimensions_below_them_without_gradient() -> None:
    mean = torch.tensor([[0.1, 2.0], [0.1, 2.0]], requires_grad=True)
    given = Codes(mean, torch.zeros(2, 2), mean)
    term = make(free_bits=0.5).term(given, rng(2))
    assert term.item() == pytest.approx(0.5 + 2.0)
    term.backward()
    assert mean.grad is not None
    assert mean.grad[:, 0].abs().max() == 0
    assert mean.grad[:, 1].abs().min() > 0


def test_beta_rises_linearly_over_the_warm_up_and_stays() -> None:
    divergence = make(beta=2.0, warmup=0.25)
    found = [float(divergence.weight(torch.tensor(done))) for done in (0.0, 0.125, 0.25, 0.9)]
    assert found == pytest.approx([0.0, 1.0, 2.0, 2.0])
    assert divergence.weight() == 2.0
    assert make(beta=2.0).weight(torch.tensor(0.0)) == 2.0
