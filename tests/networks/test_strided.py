from __future__ import annotations

from itertools import product

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from trasluz.errors import RecipeError
from trasluz.networks.choose import build_decoder, build_encoder

SHAPES = [(1, 1, 1), (1, 8, 8), (3, 33, 47), (4, 16, 10), (1, 28, 28)]


@pytest.mark.parametrize("shape", SHAPES)
def test_strided_networks_take_images_of_any_size_there_and_back(shape: tuple[int, int, int]) -> None:
    encoder, code = build_encoder({"name": "strided", "channels": [4, 6], "hidden": [9], "dropout": 0.2}, shape)
    decoder = build_decoder({"name": "strided", "channels": [6, 4], "hidden": [7]}, code, shape)
    assert code == (9,)
    assert decoder(encoder(torch.rand(2, *shape))).shape == (2, *shape)


def test_without_dense_layers_the_last_maps_are_the_code_and_the_decoder_asks_for_a_flat_one() -> None:
    _encoder, code = build_encoder({"name": "strided", "channels": [4, 6], "hidden": []}, (1, 9, 7))
    assert code == (6, 3, 2)
    with pytest.raises(RecipeError, match=r"needs a flat code, but the encoder gives maps of 6×3×2; set model.encoder"):
        build_decoder({"name": "strided"}, code, (1, 9, 7))
    assert build_encoder({"name": "strided", "code": 5}, (1, 9, 7))[1] == (5,)


def tensorflow_same(image: Tensor, kernel: Tensor) -> Tensor:
    """TensorFlow's convolution of stride 2 with ``same`` padding: the odd row at the right and bottom."""
    missing = [max((-(-side // 2) - 1) * 2 + kernel.shape[2] - side, 0) for side in image.shape[2:]]
    pads = [part for m in reversed(missing) for part in (m // 2, m - m // 2)]
    return F.conv2d(F.pad(image, pads), kernel, stride=2)


@pytest.mark.parametrize(("side", "kernel"), list(product((5, 6, 7, 28), (3, 5))))
def test_halving_is_tensorflows_of_images_turned_by_180_degrees(side: int, kernel: int) -> None:
    encoder, _code = build_encoder(
        {"name": "strided", "channels": [3], "kernel": kernel, "hidden": [], "norm": None, "activation": "none"},
        (2, side, side),
    )
    image = torch.randn(1, 2, side, side)
    weight, bias = encoder.get_parameter("conv1.weight"), encoder.get_parameter("conv1.bias")
    expected = tensorflow_same(image.flip(2, 3), weight.flip(2, 3)).flip(2, 3) + bias[:, None, None]
    torch.testing.assert_close(encoder(image), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(("side", "kernel"), list(product((3, 4, 7), (3, 5))))
def test_doubling_is_the_gradient_of_tensorflows_halving_of_turned_images(side: int, kernel: int) -> None:
    """TensorFlow defines its transposed convolution so."""
    decoder = build_decoder(
        {"name": "strided", "channels": [2], "start": 3, "kernel": kernel, "norm": None, "activation": "none"},
        (5,),
        (1, 2 * side, 2 * side),
    )
    double = decoder.get_submodule("deconv1")
    weight = double.get_parameter("weight")
    image, maps = torch.randn(1, 2, 2 * side, 2 * side, requires_grad=True), torch.randn(1, 3, side, side)
    turned = tensorflow_same(image.flip(2, 3), weight.flip(2, 3)).flip(2, 3)
    (expected,) = torch.autograd.grad((turned * maps).sum(), image)
    found = double(maps) - double.get_parameter("bias")[:, None, None]
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-5)
