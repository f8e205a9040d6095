"""A survey of codes: rows of the split, KL as another library has it, and draws from the codes' own Gaussians."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.distributions import Normal, kl_divergence

from tests.look.looks.made_decoders import Gaussian, Mirror
from tests.look.looks.made_maps import made_data, made_subject
from trasluz.errors import DataError
from trasluz.look.latent.survey import survey
from trasluz.reporting import Reporter


def test_points_have_neither_variance_nor_kl_and_are_ordered_by_their_spread() -> None:
    data = made_data()
    found = survey(made_subject(data, Mirror()), 40, Reporter())
    pixels = data.samples[found.rows].reshape(40, -1) / 255.0
    assert set(found.rows.tolist()) <= set(data.split("valid").tolist())
    np.testing.assert_allclose(found.mean, pixels, atol=1e-6)
    assert found.log_variance is None
    assert found.kl is None
    assert found.latents is found.mean
    np.testing.assert_allclose(found.variance, pixels.var(0), rtol=1e-4)
    assert (np.diff(pixels.var(0)[found.order]) <= 1e-9).all()


def test_the_kl_of_a_dimension_is_that_of_torch_distributions() -> None:
    found = survey(made_subject(family=Gaussian()), 60, Reporter())
    posterior = Normal(torch.from_numpy(found.mean).double(), torch.tensor(Gaussian.deviations).double())
    expected = kl_divergence(posterior, Normal(0.0, 1.0)).mean(0)
    assert found.kl is not None
    np.testing.assert_allclose(found.kl, expected.numpy(), rtol=1e-5, atol=1e-7)
    assert found.order.tolist() == np.argsort(-expected.numpy()).tolist()


def test_latents_are_draws_around_the_means() -> None:
    found = survey(made_subject(made_data(1800), Gaussian()), 1200, Reporter())
    apart = found.latents - found.mean
    np.testing.assert_allclose(apart.std(0), Gaussian.deviations, rtol=0.08)
    assert (abs(apart.mean(0)) < 0.1).all()
    again = survey(made_subject(made_data(1800), Gaussian()), 1200, Reporter())
    assert (again.latents == found.latents).all()


def test_codes_that_are_not_numbers_are_refused() -> None:
    class Diverged(Mirror):
        def encode(self, networks: nn.ModuleDict, inputs: Tensor) -> Tensor:
            return inputs.flatten(1) / 0 * 0

    with pytest.raises(DataError, match="not finite"):
        survey(made_subject(family=Diverged()), 10, Reporter())


def test_codes_and_variances_beyond_all_bounds_are_refused() -> None:
    class Far(Mirror):
        def encode(self, networks: nn.ModuleDict, inputs: Tensor) -> Tensor:
            return inputs.flatten(1) * 1e20

    class Wide(Gaussian):
        def posterior(self, networks: nn.ModuleDict, inputs: Tensor) -> tuple[Tensor, Tensor]:
            return torch.zeros(len(inputs), 3), torch.full((len(inputs), 3), 200.0)

    for family in (Far(), Wide()):
        with pytest.raises(DataError, match="diverged"):
            survey(made_subject(family=family), 10, Reporter())


def test_a_single_image_is_too_few() -> None:
    data = made_data(3)
    with pytest.raises(DataError, match="at least two"):
        survey(made_subject(data, Mirror(), split="train"), 10, Reporter())
