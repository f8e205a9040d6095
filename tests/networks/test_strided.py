from __future__ import annotations

from itertools import product

import pytest
import torch
from torch.nn import functional as F

from trasluz.errors import RecipeError
from trasluz.networks.choose import build_decoder, build_encoder
from trasluz.networks.same_padding import SameConv2d, SameConvTranspose2d

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


@pytest.mark.parametrize(("side", "kernel", "stride"), list(product((5, 6, 7), (2, 3, 5), (1, 2))))
def test_same_padding_puts_the_odd_row_at_the_right_and_bottom(side: int, kernel: int, stride: int) -> None:
    layer = SameConv2d(1, 1, kernel, stride)
    torch.nn.init.ones_(layer.weight)
    torch.nn.init.zeros_(layer.bias)
    row = torch.arange(1.0, side + 1)
    out = -(-side // stride)
    missing = max((out - 1) * stride + kernel - side, 0)
    padded = F.pad(row, (missing // 2, missing - missing // 2))
    expected = padded.unfold(0, kernel, stride).sum(1)
    found = layer(row.expand(1, 1, side, side))
    assert found.shape == (1, 1, out, out)
    middle = found[0, 0, out // 2] / found[0, 0, out // 2, 0] * expected[0]
    torch.testing.assert_close(middle, expected)


@pytest.mark.parametrize(("side", "kernel", "stride"), list(product((3, 4), (2, 3, 4, 5), (1, 2))))
def test_transposed_convolution_is_the_gradient_of_the_convolution_it_mirrors(
    side: int, kernel: int, stride: int
) -> None:
    """TensorFlow defines its transposed convolution so."""
    large = side * stride
    forward, back = SameConv2d(2, 3, kernel, stride).double(), SameConvTranspose2d(3, 2, kernel, stride, large, large)
    back = back.double()
    with torch.no_grad():
        back.weight.copy_(forward.weight)
        back.bias.zero_()
    image = torch.randn(1, 2, large, large, dtype=torch.float64, requires_grad=True)
    maps = torch.randn(1, 3, side, side, dtype=torch.float64)
    (expected,) = torch.autograd.grad((forward(image) * maps).sum(), image)
    torch.testing.assert_close(back(maps), expected)
