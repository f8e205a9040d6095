"""Views at test time: SciPy shifts the images for the oracle."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.ndimage
import torch
from torch import Tensor

from tests.families.test_classifier import make
from trasluz.data.data import DataSpec
from trasluz.errors import RecipeError
from trasluz.families import base
from trasluz.families._views import mean_score

_MOVES = ((-1, 0), (1, 0), (0, -1), (0, 1))


def _score(images: Tensor) -> Tensor:
    """Two scores that depend on where things are."""
    places = torch.arange(images[0].numel(), dtype=torch.float32).reshape(images.shape[1:])
    return torch.stack([(images * places).sum((1, 2, 3)), (images**2 * places.flip(2).sqrt()).sum((1, 2, 3))], 1)


def _moved(images: Tensor, by: tuple[int, int]) -> Tensor:
    return torch.from_numpy(scipy.ndimage.shift(images.numpy(), (0, 0, *by), order=0, mode="nearest"))


@pytest.mark.parametrize(("shape", "pixels"), [((3, 1, 5, 7), 1), ((2, 3, 8, 8), 2), ((1, 4, 2, 3), 1)])
@pytest.mark.parametrize("mirror", [False, True])
def test_scores_are_the_mean_over_shifts_and_mirror_images(shape: tuple[int, ...], pixels: int, mirror: bool) -> None:
    images = torch.rand(shape, generator=torch.Generator().manual_seed(0))
    sides = [images] + ([images.flip(3)] if mirror else [])
    straight = torch.stack([_score(side) for side in sides]).mean(0)
    shifted = [_score(_moved(side, (pixels * down, pixels * right))) for side in sides for down, right in _MOVES]
    expected = 0.5 * straight + 0.5 * torch.stack(shifted).mean(0)
    torch.testing.assert_close(mean_score(_score, images, mirror, pixels), expected, rtol=1e-5, atol=1e-4)


def test_without_a_shift_only_the_mirror_image_counts() -> None:
    images = torch.rand(2, 1, 4, 6)
    assert torch.equal(mean_score(_score, images, False, 0), _score(images))
    expected = (_score(images) + _score(images.flip(3))) / 2
    torch.testing.assert_close(mean_score(_score, images, True, 0), expected)


def test_a_classifier_judges_by_its_views_and_keeps_logits_of_the_image_alone() -> None:
    images = torch.rand(6, 1, 8, 8)
    plain, networks = make(3)
    shifting, _fresh = make(3, shift=1)
    with torch.inference_mode():
        expected = mean_score(networks["classifier"], images, False, 1).softmax(1)
        torch.testing.assert_close(shifting.classify(networks, images), expected)  # type: ignore[attr-defined]  # a classifier's
        assert torch.equal(shifting.logits(networks, images), plain.logits(networks, images))  # type: ignore[attr-defined]
    assert shifting.reads_inputs_through() is None


def test_a_shift_that_leaves_nothing_of_an_image_is_refused() -> None:
    spec = DataSpec("image", (1, 8, 8), ("a", "b", "c"))
    with pytest.raises(RecipeError, match=r"model\.shift: 8 pixels, but the images are 8×8; choose less than 8"):
        base.create({"family": "classifier", "network": {"name": "linear"}, "shift": 8}, spec).build()


def test_tables_have_no_views() -> None:
    spec = DataSpec("table", (4,), ("a", "b", "c"))
    with pytest.raises(RecipeError, match=r"model\.shift: only images"):
        base.create({"family": "classifier", "network": {"name": "linear"}, "shift": 1}, spec).build()


def test_the_oracle_shifts_by_repeating_the_edge() -> None:
    image = torch.arange(6.0).reshape(1, 1, 2, 3)
    assert np.array_equal(_moved(image, (0, 1))[0, 0], [[0, 0, 1], [3, 3, 4]])
