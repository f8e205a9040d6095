from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from trasluz import recipe
from trasluz.errors import RecipeError
from trasluz.objectives.divergences import Codes, build_divergence, mmd
from trasluz.objectives.divergences.mmd import (
    Config,
    Estimator,
    Kernel,
    bandwidths,
    gradient_length,
    kernel,
    mmd_squared,
)
from trasluz.rng import Rng, StepRng


def rng(n: int, start: int = 0) -> StepRng:
    return Rng(0).at(0, 0, torch.arange(start, start + n))


def codes_at(latents: torch.Tensor, weights: torch.Tensor | None = None) -> Codes:
    return Codes(latents, torch.zeros_like(latents), latents, weights)


def normal(n: int, d: int, seed: int, shift: float = 0.0, scale: float = 1.0) -> torch.Tensor:
    return shift + scale * torch.randn(n, d, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def between_gaussians(d: int, sigma: float, shift: float, scale: float) -> float:
    """MMD² between N(shift, scale²) and N(0, 1) in d dimensions with a Gaussian kernel of width sigma: exact.

    E k(x, y) of independent Gaussians is the density of their difference, smoothed by the kernel.
    """

    def expected(variance: float, distance: float) -> float:
        total = sigma**2 + variance
        return float((sigma**2 / total) ** (d / 2) * np.exp(-0.5 * d * distance**2 / total))

    return expected(2 * scale**2, 0) + expected(2, 0) - 2 * expected(1 + scale**2, shift)


@pytest.mark.parametrize(("shift", "scale"), [(0.5, 1.0), (0.0, 0.5), (0.3, 1.4)])
def test_unbiased_estimator_averages_to_the_closed_form_for_two_gaussians(shift: float, scale: float) -> None:
    config = Config(bandwidths=(1.5,))
    found = [
        mmd_squared(normal(60, 3, seed, shift, scale), normal(60, 3, 1000 + seed), config).item() for seed in range(300)
    ]
    standard_error = np.std(found) / np.sqrt(len(found))
    assert abs(np.mean(found) - between_gaussians(3, 1.5, shift, scale)) < 3.5 * standard_error
    assert standard_error < 0.1 * between_gaussians(3, 1.5, shift, scale)


def test_unbiased_estimator_has_zero_mean_under_equality_and_the_biased_one_has_not() -> None:
    pairs = [(normal(30, 4, seed), normal(30, 4, 2000 + seed)) for seed in range(400)]
    unbiased = [mmd_squared(x, y, Config(bandwidths=(2.0,))).item() for x, y in pairs]
    biased = [mmd_squared(x, y, Config(bandwidths=(2.0,), estimator="biased")).item() for x, y in pairs]
    assert abs(np.mean(unbiased)) < 3.5 * np.std(unbiased) / 20
    assert min(biased) >= 0
    # twice 1/n of what separates k(x, x) = 1 from a mean pair
    mean_kernel = (4.0 / 6.0) ** 2
    assert np.mean(biased) == pytest.approx(2 / 30 * (1 - mean_kernel), rel=0.1)


def test_the_notebooks_constant_is_that_of_the_biased_estimator_with_a_kernel_that_is_zero() -> None:
    loaded = recipe.load("mmd-vae")
    divergence = build_divergence(loaded.model["divergence"])
    latents = torch.randn(5000, 8, generator=torch.Generator().manual_seed(0))
    sums, done = torch.zeros(()), 0
    for part in latents.split(1024):  # as validation sees the 5,000 images
        given, at = codes_at(part), rng(len(part), done)
        sums += divergence.term(given, at) * len(part)
        done += len(part)
        assert divergence.watched(given, at)["kernel_similarity"] < 1e-6
    weight = float(divergence.weight()) / 784
    assert weight == pytest.approx(0.6)
    # 156 batches of 32 and one of 8: 0.6 · (4992·2/32 + 8·2/8) / 5000
    assert weight * sums.item() / 5000 == pytest.approx(0.03768, abs=1e-4)


def test_a_kernel_of_ten_thousand_is_numerically_one_and_has_no_gradient() -> None:
    divergence = build_divergence({"name": "mmd", "bandwidths": [1e4], "estimator": "biased"})
    latents = torch.randn(32, 8, requires_grad=True)
    assert divergence.watched(codes_at(latents), rng(32))["kernel_similarity"].item() == pytest.approx(1.0, abs=1e-6)
    divergence.term(codes_at(latents), rng(32)).backward()
    assert latents.grad is not None
    assert latents.grad.abs().max() < 1e-6
    working = build_divergence({"name": "mmd"})
    latents.grad = None
    working.term(codes_at(latents), rng(32)).backward()
    assert latents.grad.abs().max() > 1e-4
    assert 0.1 < working.watched(codes_at(latents), rng(32))["kernel_similarity"].item() < 0.9


@pytest.mark.parametrize("kind", ["gaussian", "inverse-multiquadratic"])
def test_the_length_of_the_gradient_is_that_of_autograd(kind: Kernel) -> None:
    y = normal(6, 3, 2)
    found = gradient_length(normal(5, 3, 1), y, kind, (0.7, 2.0))
    for row, x in enumerate(normal(5, 3, 1)):
        for column in range(len(y)):
            point = x.clone()[None].requires_grad_()
            kernel(point, y[column : column + 1], kind, (0.7,)).sum().backward()
            near, point.grad = point.grad, None
            kernel(point, y[column : column + 1], kind, (2.0,)).sum().backward()
            assert near is not None and point.grad is not None  # noqa: PT018 - one thing
            mean = (near.norm() + point.grad.norm()) / 2
            assert found[row, column].item() == pytest.approx(mean.item(), rel=1e-6)


def test_median_heuristic_is_the_median_distance_of_different_points_and_takes_no_gradient() -> None:
    x, y = normal(20, 5, 1).requires_grad_(), normal(20, 5, 2)
    both = torch.cat([x, y]).detach().numpy()
    distances = [np.linalg.norm(a - b) for i, a in enumerate(both) for b in both[:i]]
    (found,) = bandwidths(Config(), x, y)
    assert isinstance(found, torch.Tensor)
    assert not found.requires_grad
    assert found.item() == pytest.approx(sorted(distances)[(len(distances) - 1) // 2], rel=1e-6)


def test_kernels_are_those_of_their_names_and_several_bandwidths_are_their_mean() -> None:
    x, y = torch.tensor([[0.0, 0.0]]), torch.tensor([[3.0, 4.0]])
    assert kernel(x, y, "gaussian", (5.0,)).item() == pytest.approx(np.exp(-0.5))
    assert kernel(x, y, "inverse-multiquadratic", (5.0,)).item() == pytest.approx(0.5)
    both = kernel(x, y, "gaussian", (5.0, 10.0)).item()
    assert both == pytest.approx((np.exp(-0.5) + np.exp(-0.125)) / 2)


@pytest.mark.parametrize("estimator", ["biased", "unbiased"])
def test_whole_weights_of_samples_are_as_good_as_repeating_them_to_the_between_term(estimator: str) -> None:
    config = Config(bandwidths=(1.0,), estimator=estimator)  # type: ignore[arg-type]  # parametrised
    x, y = normal(5, 2, 3), normal(7, 2, 4)
    even = mmd_squared(x, y, config, torch.full((5,), 2.0, dtype=torch.float64))
    torch.testing.assert_close(even, mmd_squared(x, y, config))
    gone = mmd_squared(x, y, config, torch.tensor([1.0, 1.0, 1.0, 1.0, 0.0], dtype=torch.float64))
    torch.testing.assert_close(gone, mmd_squared(x[:4], y, config))


def test_groups_are_compared_apart_and_one_sample_alone_costs_nothing() -> None:
    latents = torch.randn(5, 3, generator=torch.Generator().manual_seed(5))
    grouped = build_divergence({"name": "mmd", "bandwidths": [1.0], "group": 2})
    prior = rng(5).normal("prior", 3)
    config = Config(bandwidths=(1.0,))
    parts = [2 * mmd_squared(latents[i : i + 2], prior[i : i + 2], config) for i in (0, 2)]
    torch.testing.assert_close(grouped.term(codes_at(latents), rng(5)), (parts[0] + parts[1]) / 5)
    assert build_divergence("mmd").term(codes_at(latents[:1]), rng(1)).item() == 0


def test_wrong_settings_are_told_with_their_place() -> None:
    with pytest.raises(RecipeError, match=r"model.divergence: there is no 'mdm'.*Did you mean mmd"):
        build_divergence("mdm")
    with pytest.raises(RecipeError, match=r"model.divergence.bandwidths"):
        build_divergence({"name": "mmd", "bandwidths": [0]})
    with pytest.raises(RecipeError, match=r"model.divergence.name: is required; allowed: kl, mmd"):
        build_divergence({"beta": 1})


@pytest.mark.parametrize("estimator", ["unbiased", "biased"])
@pytest.mark.parametrize("kind", ["gaussian", "inverse-multiquadratic"])
def test_large_batches_are_compared_in_blocks_with_the_same_number_and_gradient(
    estimator: Estimator, kind: Kernel, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = Config(kernel=kind, estimator=estimator, bandwidths=(0.5, 2.0))
    x, y = normal(37, 3, 0, shift=0.4).requires_grad_(), normal(37, 3, 1)
    weights = torch.arange(1.0, 38.0, dtype=torch.float64)
    whole = mmd_squared(x, y, config, weights)
    (expected,) = torch.autograd.grad(whole, x)
    seen: list[int] = []

    def counted(a: torch.Tensor, b: torch.Tensor, *rest: Any) -> torch.Tensor:
        seen.append(a.numel() * len(b))
        return kernel(a, b, *rest)

    monkeypatch.setattr(mmd, "_AT_ONCE", 5 * y.numel())
    monkeypatch.setattr(mmd, "kernel", counted)
    blocks = mmd_squared(x, y, config, weights)
    torch.testing.assert_close(blocks, whole, rtol=1e-12, atol=1e-14)
    torch.testing.assert_close(torch.autograd.grad(blocks, x)[0], expected, rtol=1e-10, atol=1e-14)
    assert max(seen) <= 5 * y.numel()


def test_the_median_of_many_samples_is_that_of_the_first_thousand_of_each() -> None:
    x, y = normal(3000, 2, 0), normal(3000, 2, 1)
    assert bandwidths(Config(), x, y) == bandwidths(Config(), x[:1000], y[:1000])
    assert bandwidths(Config(), x, y)[0] == pytest.approx(2 * np.sqrt(np.log(2)), rel=0.02)  # of χ² with 2 degrees
