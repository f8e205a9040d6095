"""The resize rules against their definitions."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from tests.data.conftest import noise
from trasluz.data.read.resize import Resize, resize


def _resized(pixels: np.ndarray, height: int, width: int, rule: Resize) -> np.ndarray:
    return np.asarray(resize(Image.fromarray(pixels), height, width, rule))


@pytest.mark.parametrize("rule", ["stretch", "fit", "crop"])
def test_an_image_of_the_right_size_is_not_touched(rule: Resize) -> None:
    pixels = noise(5, 9, 3)
    np.testing.assert_array_equal(_resized(pixels, 5, 9, rule), pixels)


@pytest.mark.parametrize("rule", ["stretch", "fit", "crop"])
@pytest.mark.parametrize("shape", [(1, 1), (1, 200), (200, 1), (3, 5), (7, 7, 4)])
@pytest.mark.parametrize("size", [(1, 1), (4, 6), (33, 1)])
def test_every_shape_gives_the_wanted_size(rule: Resize, shape: tuple[int, ...], size: tuple[int, int]) -> None:
    assert _resized(noise(*shape), *size, rule).shape == (*size, *shape[2:])


@pytest.mark.parametrize("rule", ["stretch", "crop"])
def test_one_colour_stays_one_colour(rule: Resize) -> None:
    assert (_resized(np.full((50, 30), 77, np.uint8), 8, 8, rule) == 77).all()


def test_fit_keeps_the_aspect_ratio_between_black_bars() -> None:
    found = _resized(np.full((10, 20), 200, np.uint8), 20, 20, "fit")
    assert (found[5:15] == 200).all()
    assert (found[:5] == 0).all()
    assert (found[15:] == 0).all()


def test_fit_makes_transparent_bars_where_there_is_transparency() -> None:
    found = _resized(np.full((10, 20, 4), 255, np.uint8), 20, 20, "fit")
    assert (found[:5] == 0).all()


def test_crop_takes_the_centre() -> None:
    pixels = np.zeros((4, 12), np.uint8)
    pixels[:, 4:8] = 250
    assert (_resized(pixels, 4, 4, "crop") == 250).all()


def test_shrinking_averages_instead_of_skipping_pixels() -> None:
    stripes = np.zeros((64, 64), np.uint8)
    stripes[:, ::2] = 255
    found = _resized(stripes, 8, 8, "stretch").astype(int)
    assert np.abs(found - 127).max() <= 6
