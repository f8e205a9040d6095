from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from scipy.stats import logistic
from torch.distributions import Bernoulli, ContinuousBernoulli, Normal
from torch.nn import functional as F

from trasluz import components
from trasluz.errors import RecipeError
from trasluz.objectives.likelihoods import build_likelihood
from trasluz.objectives.likelihoods._choose import PACKAGE
from trasluz.objectives.likelihoods.continuous_bernoulli import expectation, log_normaliser
from trasluz.objectives.likelihoods.discretised_logistic import log_mass
from trasluz.rng import Rng, StepRng

SHAPES = [(1, 1, 1), (1, 7, 5), (3, 9, 4), (4, 8, 6)]
SETTINGS: list[Any] = [
    *components.names(PACKAGE),
    {"name": "gaussian", "sigma": "per-pixel"},
    {"name": "gaussian", "sigma": "decoder"},
    {"name": "discretised-logistic", "scale": "per-pixel"},
    {"name": "discretised-logistic", "scale": "decoder"},
    {"name": "bernoulli", "pixels": "dynamic"},
    {"name": "bernoulli", "pixels": "threshold"},
]


def rng(n: int, epoch: int = 0) -> StepRng:
    return Rng(3).at(epoch, 0, torch.arange(n))


def raw_and_targets(
    shape: tuple[int, ...], raw_shape: tuple[int, ...], n: int = 3
) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(1)
    raw = 3 * torch.randn(n, *raw_shape, generator=generator)
    return raw, (torch.rand(n, *shape, generator=generator) * 255).round() / 255


def test_there_are_the_six_likelihoods_that_recipes_name() -> None:
    assert components.names(PACKAGE) == (
        "bernoulli", "continuous-bernoulli", "discretised-logistic", "gaussian", "squared-error",
        "weighted-cross-entropy",
    )  # fmt: skip


@pytest.mark.parametrize("setting", SETTINGS, ids=str)
@pytest.mark.parametrize("shape", SHAPES)
def test_every_likelihood_gives_one_finite_number_per_image_and_a_mean_between_0_and_1(
    setting: Any, shape: tuple[int, ...]
) -> None:
    likelihood = build_likelihood(setting, shape)
    raw, targets = raw_and_targets(shape, likelihood.raw_shape)
    observed = likelihood.observe(targets, rng(3))
    with torch.autocast("cpu", torch.bfloat16):
        found = likelihood.negative_log(raw.bfloat16(), observed)
        mean = likelihood.mean(raw.bfloat16())
    assert found.shape == (3,)
    assert found.dtype == mean.dtype == torch.float32
    assert torch.isfinite(found).all()
    assert mean.shape == targets.shape
    assert mean.min() >= 0
    assert mean.max() <= 1


@pytest.mark.parametrize("setting", SETTINGS, ids=str)
def test_gradients_stay_finite_for_zero_and_for_huge_raw_numbers(setting: Any) -> None:
    likelihood = build_likelihood(setting, (1, 2, 3))
    for scale in (0.0, 1e3, -1e3):
        raw = torch.full((2, *likelihood.raw_shape), scale, requires_grad=True)
        targets = torch.tensor([0.0, 1.0, 0.5, 0.2, 0.0, 1.0]).reshape(1, 1, 2, 3).expand(2, 1, 2, 3)
        likelihood.negative_log(raw, likelihood.observe(targets, rng(2))).sum().backward()
        assert raw.grad is not None
        assert torch.isfinite(raw.grad).all()
        assert all(p.grad is not None and torch.isfinite(p.grad).all() for p in likelihood.parameters())


def test_continuous_bernoulli_is_that_of_torch_distributions_far_from_one_half() -> None:
    logits = torch.cat([torch.linspace(-8, -0.5, 30), torch.linspace(0.5, 8, 30)]).double()
    expected = ContinuousBernoulli(logits=logits)
    values = torch.linspace(0, 1, 60).double()
    own = values * logits - F.softplus(logits) + log_normaliser(logits)
    torch.testing.assert_close(own, expected.log_prob(values), rtol=1e-6, atol=1e-6)
    torch.testing.assert_close(expectation(logits), expected.mean, rtol=1e-6, atol=1e-6)


def test_continuous_bernoulli_integrates_to_one_and_keeps_its_mean_through_one_half() -> None:
    grid = (torch.arange(20000).double() + 0.5) / 20000
    for logit in (-30.0, -0.26, -0.24, -1e-3, 0.0, 1e-6, 0.01, 0.249, 0.251, 2.0, 30.0):
        one = torch.tensor([logit], dtype=torch.float64)
        density = torch.exp(grid * one - F.softplus(one) + log_normaliser(one))
        assert density.mean().item() == pytest.approx(1, abs=1e-5)
        assert (density * grid).mean().item() == pytest.approx(expectation(one).item(), abs=1e-5)


def test_continuous_bernoulli_beats_its_unnormalised_twin_by_the_normaliser_only() -> None:
    likelihood = build_likelihood("continuous-bernoulli", (1, 2, 2))
    raw, targets = raw_and_targets((1, 2, 2), (1, 2, 2))
    plain = build_likelihood("bernoulli", (1, 2, 2)).negative_log(raw, targets)
    difference = plain - likelihood.negative_log(raw, targets)
    torch.testing.assert_close(difference, log_normaliser(raw).flatten(1).sum(1), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("whose", ["shared", "per-pixel", "decoder"])
def test_gaussian_is_that_of_torch_distributions_with_the_width_it_starts_with(whose: str) -> None:
    likelihood = build_likelihood({"name": "gaussian", "sigma": whose, "initial": 0.2}, (2, 3, 5))
    raw, targets = raw_and_targets((2, 3, 5), likelihood.raw_shape)
    if whose == "decoder":
        raw[:, 2:] = 0
    expected = -Normal(torch.sigmoid(raw[:, :2]), 0.2).log_prob(targets).flatten(1).sum(1)
    torch.testing.assert_close(likelihood.negative_log(raw, targets), expected, rtol=1e-4, atol=1e-3)


def test_gaussians_shared_width_is_learned_to_be_the_root_of_the_mean_squared_error() -> None:
    likelihood = build_likelihood("gaussian", (1, 4, 4))
    raw, targets = raw_and_targets((1, 4, 4), (1, 4, 4), 40)
    optimiser = torch.optim.Adam(likelihood.parameters(), 0.05)
    for _step in range(200):
        optimiser.zero_grad()
        likelihood.negative_log(raw, targets).mean().backward()
        optimiser.step()
    best = (torch.sigmoid(raw) - targets).square().mean().sqrt().item()
    assert likelihood.log_width(raw).exp().item() == pytest.approx(best, rel=1e-2)


@pytest.mark.parametrize("scale", [0.001, 0.02, 0.5])
@pytest.mark.parametrize("location", [0.0, 0.013, 0.5, 1.0])
def test_discretised_logistic_is_the_logistics_mass_in_each_bin_and_adds_up_to_one(
    scale: float, location: float
) -> None:
    grey = torch.arange(256, dtype=torch.float64) / 255
    found = log_mass(torch.tensor(location).double(), torch.tensor(scale).double().log(), grey)
    upper, lower = grey.numpy() + 0.5 / 255, grey.numpy() - 0.5 / 255
    upper[-1], lower[0] = np.inf, -np.inf
    expected = logistic.cdf(upper, location, scale) - logistic.cdf(lower, location, scale)
    np.testing.assert_allclose(found.exp().numpy(), expected, rtol=1e-6, atol=1e-12)
    assert found.exp().sum().item() == pytest.approx(1, abs=1e-9)


def test_dynamic_pixels_are_drawn_by_position_anew_each_epoch_with_the_pixels_own_probability() -> None:
    likelihood = build_likelihood({"name": "bernoulli", "pixels": "dynamic"}, (1, 6, 6))
    targets = torch.full((400, 1, 6, 6), 0.3)
    first = likelihood.observe(targets, rng(400))
    assert set(first.unique().tolist()) == {0.0, 1.0}
    assert first.mean().item() == pytest.approx(0.3, abs=0.02)
    assert torch.equal(first, likelihood.observe(targets, rng(400)))
    assert not torch.equal(first, likelihood.observe(targets, rng(400, epoch=1)))
    late = Rng(3).at(0, 9, torch.arange(100, 103))
    assert torch.equal(likelihood.observe(targets[:3], late), first[100:103])
    raw = torch.randn(3, 1, 6, 6)
    expected = -Bernoulli(logits=raw).log_prob(first[:3]).flatten(1).sum(1)
    torch.testing.assert_close(likelihood.negative_log(raw, first[:3]), expected)


def test_only_likelihoods_of_what_they_observe_call_themselves_so() -> None:
    def facts(setting: Any) -> tuple[bool, bool]:
        made = build_likelihood(setting, (1, 2, 2))
        return made.normalised, made.discrete

    assert facts("squared-error") == facts("bernoulli") == facts("weighted-cross-entropy") == (False, False)
    assert facts("gaussian") == facts("continuous-bernoulli") == (True, False)
    assert facts("discretised-logistic") == facts({"name": "bernoulli", "pixels": "threshold"}) == (True, True)


def test_weighted_cross_entropy_is_logged_without_its_weight() -> None:
    weighted = build_likelihood({"name": "weighted-cross-entropy", "weight": 0.6}, (1, 2, 2))
    plain = build_likelihood("bernoulli", (1, 2, 2))
    raw, targets = raw_and_targets((1, 2, 2), (1, 2, 2))
    assert torch.equal(weighted.negative_log(raw, targets), plain.negative_log(raw, targets))
    assert weighted.weight == 0.6


def test_tables_and_sequences_have_gaussians_and_squared_errors_without_a_squashed_mean() -> None:
    for shape in ((4,), (5, 3)):
        for setting in ("squared-error", "gaussian", {"name": "gaussian", "sigma": "decoder"}):
            likelihood = build_likelihood(setting, shape)
            raw = torch.randn(2, *likelihood.raw_shape) * 5
            mean = likelihood.mean(raw)
            assert mean.shape == (2, *shape)
            assert torch.equal(mean, raw[..., : shape[-1]])
            assert likelihood.negative_log(raw, torch.randn(2, *shape)).shape == (2,)


@pytest.mark.parametrize(
    "name", ["bernoulli", "continuous-bernoulli", "discretised-logistic", "weighted-cross-entropy"]
)
def test_likelihoods_of_pixels_refuse_tables_with_the_reason(name: str) -> None:
    with pytest.raises(RecipeError, match=f"{name} needs values in .0, 1., which only images have.*squared-error"):
        build_likelihood(name, (4,))


def test_unknown_likelihoods_and_fields_are_told_with_their_place() -> None:
    with pytest.raises(RecipeError, match=r"model.likelihood: there is no 'gausian'.*Did you mean gaussian"):
        build_likelihood("gausian", (1, 2, 2))
    with pytest.raises(RecipeError, match=r"model.likelihood.sigm: no such field.*Did you mean sigma"):
        build_likelihood({"name": "gaussian", "sigm": "shared"}, (1, 2, 2))
    with pytest.raises(RecipeError, match=r"model.likelihood.name: is required"):
        build_likelihood({"sigma": "shared"}, (1, 2, 2))
