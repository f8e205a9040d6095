"""The use of a code, beside NumPy and closed forms, on codes that are known."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from tests.look.looks.made_decoders import Dreamer, Gaussian, Mirror
from tests.look.looks.made_maps import made_data, made_subject
from trasluz.errors import DataError, RequestError
from trasluz.look import base
from trasluz.look.looks.code_use import LEVELS, CodeUseResult, correlation
from trasluz.look.result import load_result, save_result
from trasluz.look.subject import Subject
from trasluz.reporting import Reporter
from trasluz.rng import StepRng


def look(subject: Subject, **options: object) -> CodeUseResult:
    found = base.compute("code-use", subject, None, options, Reporter())
    assert isinstance(found, CodeUseResult)
    return found


class Prior(Gaussian):
    """Codes that are the prior's, whatever the image: the posterior has collapsed."""

    def posterior(self, networks: nn.ModuleDict, inputs: Tensor) -> tuple[Tensor, Tensor]:
        return torch.zeros(len(inputs), 3), torch.zeros(len(inputs), 3)

    def prior(self, networks: nn.ModuleDict, count: int, rng: StepRng) -> Tensor:
        return rng.normal("prior", 3)[:count]


def test_variance_zeros_and_correlation_are_those_of_the_codes() -> None:
    data = made_data()
    found = look(made_subject(data, Mirror()))
    codes = data.samples[data.split("valid")].reshape(60, -1) / 255.0
    np.testing.assert_allclose(found.variance, codes.var(0), rtol=1e-4)
    np.testing.assert_allclose(found.mean, codes.mean(0), rtol=1e-5)
    np.testing.assert_allclose(found.zeros, (codes == 0).mean(0))
    expected = np.corrcoef(codes[:, found.order].T)
    np.testing.assert_allclose(found.correlation, expected, atol=1e-5)
    assert not found.prior
    assert found.mmd is None
    assert len(found.kl) == len(found.posterior_variance) == 0


def test_the_active_dimensions_are_those_whose_mean_varies_by_more_than_a_hundredth() -> None:
    found = look(made_subject(made_data(300), Gaussian()))
    assert found.active.tolist() == [True, True, False]
    assert found.active.tolist() == (found.variance > 0.01).tolist()
    np.testing.assert_allclose(found.posterior_variance, np.square(Gaussian.deviations), rtol=1e-6)


def test_quantiles_and_densities_are_of_draws_from_the_codes() -> None:
    found = look(made_subject(made_data(3000), Gaussian()))
    silent = found.order.tolist().index(2)  # always a draw from N(0, 1)
    from scipy.stats import norm

    np.testing.assert_allclose(found.quantiles[silent], norm.ppf(LEVELS), atol=0.15)
    np.testing.assert_allclose((found.histograms * np.diff(found.edges)).sum(1), 1, atol=0.01)


def test_collapsed_codes_are_the_prior_and_shifted_ones_are_not() -> None:
    collapsed = look(made_subject(made_data(900), Prior()))
    assert collapsed.mmd is not None
    assert collapsed.mmd_low is not None
    assert collapsed.mmd_low <= 0.002
    assert abs(collapsed.mmd) < 0.01
    assert collapsed.kl.max() == 0
    assert not collapsed.active.any()
    apart = look(made_subject(made_data(900), Gaussian()))
    assert apart.mmd_low is not None
    assert apart.mmd_low > 0.02


def test_constant_dimensions_have_no_correlation_and_doubled_ones_have_one() -> None:
    values = np.random.default_rng(0).normal(size=(50, 4))
    values[:, 1] = -3 * values[:, 0] + 7
    values[:, 2] = 5
    found = correlation(values)
    assert found[0, 1] == pytest.approx(-1)
    assert (found[2] == 0).all()
    assert found[3, 3] == pytest.approx(1)


def test_the_effective_rank_sees_how_many_directions_there_are() -> None:
    class Doubled(Mirror):
        def encode(self, networks: nn.ModuleDict, inputs: Tensor) -> Tensor:
            return inputs.flatten(1)[:, :1].repeat(1, 7)

    found = look(made_subject(family=Doubled()))
    assert found.rank == pytest.approx(1.0, abs=1e-3)


def test_codes_that_never_change() -> None:
    data = made_data()
    same = dataclasses.replace(data, samples=np.full_like(data.samples, 9))
    found = look(made_subject(same, Mirror()))
    assert not found.active.any()
    assert found.rank == 0
    assert (found.correlation == 0).all()


def test_it_is_kept_and_found_again(tmp_path: Path) -> None:
    for name, family in (("points", Mirror()), ("gaussians", Gaussian())):
        found = look(made_subject(family=family))
        save_result(tmp_path / name, found, {})
        again = load_result(tmp_path / name, CodeUseResult)
        assert again.mmd == found.mmd
        assert (again.correlation == found.correlation).all()


def test_models_without_codes_and_single_images_are_refused() -> None:
    with pytest.raises(RequestError, match="cannot encode"):
        look(made_subject(family=Dreamer()))
    with pytest.raises(DataError, match="at least two"):
        look(made_subject(made_data(3), Mirror(), split="train"))
