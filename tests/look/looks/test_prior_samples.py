"""Samples of the prior and of a mixture: which sources there are, and what is measured, on models that are known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from tests.look.looks.made_decoders import Dreamer, Gaussian, Mirror
from tests.look.looks.made_maps import Flat, made_data, made_subject
from trasluz.data.data import Data
from trasluz.errors import RequestError
from trasluz.look import base
from trasluz.look.looks import prior_samples
from trasluz.look.looks.prior_samples import PriorSamplesResult
from trasluz.look.result import load_result, save_result
from trasluz.look.subject import Subject
from trasluz.reporting import Reporter
from trasluz.rng import Rng, StepRng


def look(subject: Subject, **options: object) -> PriorSamplesResult:
    found = base.compute("prior-samples", subject, None, options, Reporter())
    assert isinstance(found, PriorSamplesResult)
    return found


def test_a_model_has_the_sources_that_it_can() -> None:
    assert list(look(made_subject(family=Gaussian())).images) == ["real", "prior", "mixture"]
    assert list(look(made_subject(family=Mirror())).images) == ["real", "mixture"]
    assert list(look(made_subject(family=Dreamer())).images) == ["real", "prior"]


def test_the_images_of_the_prior_are_the_first_that_the_model_generates() -> None:
    family = Gaussian()
    found = look(made_subject(family=family), count=5, seed=7)
    made = family.generate(torch.nn.ModuleDict(), 5, Rng(7).at(0, 0, torch.arange(5))).clamp(0, 1)
    assert (found.images["prior"][..., 0] == (255 * made[:, 0]).round().byte().numpy()).all()


def test_a_mixture_over_pixels_has_the_spread_of_the_images() -> None:
    found = look(made_subject(made_data(900), Mirror()), measured=400)
    assert found.size == 36
    assert found.spread["mixture"] == pytest.approx(found.spread["real"], rel=0.1)


class Copier(Dreamer):
    """Makes the first training image, always."""

    def generate(
        self, networks: torch.nn.ModuleDict, count: int, rng: StepRng, labels: torch.Tensor | None = None
    ) -> torch.Tensor:
        first = torch.from_numpy(made_data(900).samples[0].transpose(2, 0, 1)).float() / 255
        return first.expand(count, *first.shape)


def test_a_copier_is_all_copies_without_any_spread() -> None:
    found = look(made_subject(made_data(900), Copier()))
    assert found.copies["prior"] == 1.0
    assert found.nearest["prior"] < 1e-6
    assert found.spread["prior"] < 1e-6
    assert found.copies["real"] <= 0.01


def test_images_of_the_split_that_were_trained_on_are_not_their_own_neighbours() -> None:
    found = look(made_subject(made_data(900), Mirror(), split="train"), measured=100)
    assert found.nearest["real"] > 0.01
    assert found.references == 200


def test_codes_too_wide_for_a_mixture_are_told_instead_of_fitted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prior_samples, "_WIDEST", 30)
    found = look(made_subject(family=Mirror()))
    assert found.too_wide
    assert list(found.images) == ["real"]


@pytest.mark.parametrize(("channels", "height", "width"), [(3, 40, 7), (4, 1, 1)])
def test_any_shape_of_image(channels: int, height: int, width: int) -> None:
    found = look(made_subject(made_data(30, channels, height, width), Mirror((channels, height, width))), count=3)
    assert found.images["mixture"].shape == (3, height, width, channels)


def test_it_is_kept_and_found_again(tmp_path: Path) -> None:
    found = look(made_subject(family=Gaussian()))
    save_result(tmp_path / "kept", found, {})
    again = load_result(tmp_path / "kept", PriorSamplesResult)
    assert (again.images["mixture"] == found.images["mixture"]).all()
    assert again.spread == found.spread


def test_models_that_cannot_are_refused_in_a_sentence() -> None:
    with pytest.raises(RequestError, match="cannot decode"):
        look(made_subject(family=Flat()))
    table = Data("table", "table", np.zeros((4, 3), np.float32), {"train": np.arange(2), "valid": np.arange(2, 4)})
    with pytest.raises(RequestError, match="only images"):
        look(made_subject(table, Mirror((3,))))
