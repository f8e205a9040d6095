"""The affine sample against scipy.ndimage, torchvision and exact cases."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage
from torch import Tensor
from torchvision.transforms.v2 import functional as reference

from trasluz.data.feed.augment.affine import AffineParameters, affine_matrices, sample_affine

SCIPY_MODES = {"nearest": "nearest", "reflect": "reflect", "constant": "grid-constant"}
SHAPES = [(1, 1, 1), (1, 7, 5), (3, 28, 28), (4, 13, 32), (2, 1, 9)]


def parameters(n: int, **values: float | list[float]) -> AffineParameters:
    neutral = {"zoom_y": 1.0, "zoom_x": 1.0, "flip_y": 1.0, "flip_x": 1.0}
    names = AffineParameters.__dataclass_fields__
    filled = {name: values.get(name, neutral.get(name, 0.0)) for name in names}
    return AffineParameters(**{k: torch.as_tensor(v, dtype=torch.float32).expand(n) for k, v in filled.items()})


def images(*shape: int) -> Tensor:
    return torch.rand(*shape, generator=torch.Generator().manual_seed(0))


def keras_matrix(p: dict[str, float]) -> np.ndarray:
    """The matrix as Keras composes it: rotation · shift · shear · zoom, then the flips of the result, then the crop."""
    theta, shear = np.deg2rad(p["rotation"]), np.deg2rad(p["shear"])
    rotation = np.array([[np.cos(theta), -np.sin(theta), 0], [np.sin(theta), np.cos(theta), 0], [0, 0, 1]])
    shift = np.array([[1, 0, p["shift_y"]], [0, 1, p["shift_x"]], [0, 0, 1]])
    slant = np.array([[1, -np.sin(shear), 0], [0, np.cos(shear), 0], [0, 0, 1]])
    flip = np.diag([p["flip_y"], p["flip_x"], 1])
    crop = np.array([[1, 0, p["crop_y"]], [0, 1, p["crop_x"]], [0, 0, 1]])
    return rotation @ shift @ slant @ np.diag([p["zoom_y"], p["zoom_x"], 1]) @ flip @ crop


def scipy_sample(image: np.ndarray, matrix: np.ndarray, fill: str, value: float) -> np.ndarray:
    """``image`` [c, h, w] read through ``matrix`` about its centre."""
    centre = (np.array(image.shape[1:]) - 1) / 2
    offset = matrix[:2, 2] + centre - matrix[:2, :2] @ centre
    each = [
        ndimage.affine_transform(c, matrix[:2, :2], offset, order=1, mode=SCIPY_MODES[fill], cval=value) for c in image
    ]
    return np.stack(each)


CASES = [
    {"rotation": 40.0, "shear": 0.0, "zoom_y": 1.0, "zoom_x": 1.0, "shift_y": 0.0, "shift_x": 0.0},
    {"rotation": 0.0, "shear": 20.0, "zoom_y": 0.8, "zoom_x": 1.2, "shift_y": 0.0, "shift_x": 0.0},
    {"rotation": -17.0, "shear": -8.0, "zoom_y": 1.1, "zoom_x": 0.7, "shift_y": 2.3, "shift_x": -9.6},
    {"rotation": 175.0, "shear": 60.0, "zoom_y": 1.9, "zoom_x": 1.9, "shift_y": -40.0, "shift_x": 33.0},
]


@pytest.mark.parametrize("fill", ["nearest", "constant", "reflect"])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("case", CASES)
def test_sample_is_scipys_with_keras_matrix(fill: str, shape: tuple[int, int, int], case: dict[str, float]) -> None:
    full = {**case, "flip_y": 1.0, "flip_x": -1.0, "crop_y": 1.0, "crop_x": -2.0}
    batch = images(1, *shape)
    got = sample_affine(batch, affine_matrices(parameters(1, **full)), fill, 0.3)  # type: ignore[arg-type]
    want = scipy_sample(batch[0].double().numpy(), keras_matrix(full), fill, 0.3)
    np.testing.assert_allclose(got[0].numpy(), want, atol=2e-4)


@pytest.mark.parametrize("angle", [30.0, -75.0])
def test_rotation_is_torchvisions(angle: float) -> None:
    """Keras turns the other way round than torchvision, which is the same over a symmetric range."""
    batch = images(2, 3, 31, 31)
    got = sample_affine(batch, affine_matrices(parameters(2, rotation=angle)), "constant")
    turned = reference.rotate(batch, -angle, interpolation=reference.InterpolationMode.BILINEAR)
    torch.testing.assert_close(got, turned, atol=1e-4, rtol=0)


@given(height=st.integers(1, 40), width=st.integers(1, 40), fill=st.sampled_from(["nearest", "constant", "reflect"]))
@settings(max_examples=40, deadline=None)
def test_neutral_parameters_give_the_image(height: int, width: int, fill: str) -> None:
    batch = images(2, 3, height, width)
    got = sample_affine(batch, affine_matrices(parameters(2)), fill)  # type: ignore[arg-type]
    torch.testing.assert_close(got, batch, atol=2e-5, rtol=0)


@pytest.mark.parametrize("size", [(8, 8), (5, 9), (1, 1)])
def test_flips_and_whole_pixels_move_pixels(size: tuple[int, int]) -> None:
    batch = images(1, 1, *size)
    flipped = sample_affine(batch, affine_matrices(parameters(1, flip_x=-1.0, flip_y=-1.0)), "nearest")
    torch.testing.assert_close(flipped, batch.flip(2, 3), atol=2e-5, rtol=0)
    moved = sample_affine(batch, affine_matrices(parameters(1, shift_x=2.0)), "nearest")
    columns = (torch.arange(size[1]) + 2).clamp(max=size[1] - 1)
    torch.testing.assert_close(moved, batch[..., columns], atol=2e-5, rtol=0)


def test_each_image_follows_its_own_row() -> None:
    batch = images(3, 1, 6, 6)
    angles = [0.0, 90.0, 180.0]
    together = sample_affine(batch, affine_matrices(parameters(3, rotation=angles)), "nearest")
    apart = [
        sample_affine(batch[i : i + 1], affine_matrices(parameters(1, rotation=angles[i])), "nearest") for i in range(3)
    ]
    torch.testing.assert_close(together, torch.cat(apart))


def test_constant_fill_stays_within_range() -> None:
    got = sample_affine(torch.ones(4, 3, 9, 9), affine_matrices(parameters(4, rotation=33.0)), "constant", 0.7)
    assert got.max() <= 1
    assert got.min() >= 0.69
