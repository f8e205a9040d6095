"""Overlays: pixels of small images stay squares under a map that is smooth at the size in which it is enlarged."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from trasluz.draw.amounts import around_zero, rising
from trasluz.draw.overlay import as_shown, overlay, signed_overlay


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ((28, 28), (336, 336)),
        ((8, 8), (336, 336)),
        ((1, 1), (336, 336)),
        ((33, 47), (231, 329)),
        ((95, 40), (285, 120)),
        ((96, 72), (96, 72)),
        ((112, 56), (112, 56)),
        ((300, 150), (112, 56)),
        ((1, 500), (1, 112)),
    ],
)
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_small_images_are_drawn_large_and_large_ones_small(
    shape: tuple[int, int], expected: tuple[int, int], channels: int
) -> None:
    image = np.full((*shape, channels), 200, np.uint8)
    assert overlay(image, np.ones((3, 2), np.float32), 1.0).shape == (*expected, 3)
    assert as_shown(image).shape[:2] == (shape if max(shape) < 96 else expected)
    assert as_shown(image).shape[2] == channels


def test_every_pixel_of_a_small_image_is_a_square_of_one_grey_where_the_map_is_silent() -> None:
    image = np.random.default_rng(0).integers(0, 256, (28, 28, 1), dtype=np.uint8)
    found = overlay(image, np.zeros((7, 7), np.float32), 1.0)
    np.testing.assert_array_equal(found, np.kron(image, np.ones((12, 12, 1), np.uint8)).repeat(3, 2))


def _by_the_formula(image: np.ndarray, values: np.ndarray, colours: np.ndarray, share: np.ndarray) -> np.ndarray:
    """85 per cent of the colour where the map is highest, over the grey image."""
    base = np.kron(image[..., 0], np.ones((336 // len(image),) * 2))[..., None]
    cover = 0.85 * share[..., None]
    assert values.shape == base.shape[:2]
    return np.asarray(base * (1 - cover) + colours * cover)


def _bilinear(amounts: np.ndarray) -> np.ndarray:
    """As PyTorch enlarges it, from the middles of the map's places."""
    return np.asarray(F.interpolate(torch.from_numpy(amounts)[None, None], (336, 336), mode="bilinear")[0, 0].numpy())


@pytest.mark.parametrize("side", [7, 14, 28])
def test_the_map_is_smooth_at_the_size_of_the_overlay(side: int) -> None:
    random = np.random.default_rng(side)
    image = random.integers(0, 256, (28, 28, 1), dtype=np.uint8)
    amounts = (3 * random.random((side, side))).astype(np.float32)
    values = _bilinear(amounts)
    expected = _by_the_formula(image, values, rising(values, 2.5), np.clip(values / 2.5, 0, 1))
    assert np.abs(overlay(image, amounts, 2.5) - expected).max() <= 5, "steps of 1/255 in colour and cover"
    signed = amounts - 1.5
    values = _bilinear(signed)
    expected = _by_the_formula(image, values, around_zero(values, 1.2), np.clip(np.abs(values) / 1.2, 0, 1))
    assert np.abs(signed_overlay(image, signed, 1.2) - expected).max() <= 5


def test_what_is_no_number_is_clear() -> None:
    image = np.full((4, 4, 1), 90, np.uint8)
    assert (overlay(image, np.full((2, 2), np.nan, np.float32), 1.0) == 90).all()
    assert (signed_overlay(image, np.full((2, 2), np.nan, np.float32), 1.0) == 90).all()
    assert (overlay(image, np.ones((2, 2), np.float32), float("nan")) == 90).all()
