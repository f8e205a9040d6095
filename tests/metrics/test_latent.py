from __future__ import annotations

import numpy as np
import pytest
import torch

from trasluz.metrics.latent import active_units, prior_mmd
from trasluz.rng import Rng


def test_active_units_are_the_dimensions_whose_means_vary() -> None:
    means = torch.randn(500, 3, generator=torch.Generator().manual_seed(0)) * torch.tensor([1.0, 0.05, 0.3]) + 2
    assert active_units(means.sum(0), means.square().sum(0), 500) == 2


def test_codes_from_the_prior_are_at_no_distance_and_others_are() -> None:
    noise = np.random.default_rng(0)
    same, (low, high) = prior_mmd(noise.normal(size=(600, 6)), Rng(0))
    assert abs(same) < 2e-3
    assert low <= same <= high or abs(low) < 2e-3
    shifted, bounds = prior_mmd(0.5 + noise.normal(size=(600, 6)), Rng(0))
    assert shifted > 0.01
    assert 0 < bounds[0] < shifted < bounds[1]


def test_prior_mmd_is_what_many_draws_from_the_prior_would_measure() -> None:
    from trasluz.objectives.divergences.mmd import Config, mmd_squared

    codes = torch.randn(400, 4, generator=torch.Generator().manual_seed(1)) * 0.4
    config = Config(bandwidths=tuple(2.0 * s for s in (0.25, 0.5, 1.0, 2.0, 4.0)))
    generator = torch.Generator().manual_seed(2)
    sampled = [mmd_squared(codes, torch.randn(400, 4, generator=generator), config).item() for _ in range(20)]
    value, _bounds = prior_mmd(codes.numpy(), Rng(0))
    assert value == pytest.approx(np.mean(sampled), abs=4 * np.std(sampled) / np.sqrt(20))


def test_prior_mmd_of_two_codes_and_of_many_more_than_five_thousand_exist() -> None:
    assert np.isfinite(prior_mmd(np.zeros((2, 3)), Rng(0))[0])
