from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from torch import nn

from trasluz.errors import RecipeError
from trasluz.networks.choose import build_decoder, build_encoder
from trasluz.networks.dense import Stages
from trasluz.networks.penalties import l2_factor
from trasluz.networks.tied import tie

SHAPES = [(1, 8, 8), (3, 33, 47), (4, 128, 96), (1, 1, 1), (3,), (1,), (5, 4)]


def pair(shape: tuple[int, ...], encoder: dict[str, Any], decoder: dict[str, Any]) -> tuple[Stages, Stages]:
    made, code = build_encoder({"name": "dense", **encoder}, shape)
    back = build_decoder({"name": "dense", **decoder}, code, shape)
    assert isinstance(made, Stages)
    assert isinstance(back, Stages)
    return made, back


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("tied", [False, True])
def test_dense_networks_take_and_give_samples_of_any_shape(shape: tuple[int, ...], tied: bool) -> None:
    encoder, decoder = pair(shape, {"hidden": [7], "code": 2}, {"hidden": [7]})
    if tied:
        tie(encoder, decoder)
    code = encoder(torch.rand(3, *shape))
    assert code.shape == (3, 2)
    assert decoder(code).shape == (3, *shape)


def test_the_stacked_autoencoder_has_the_layers_and_activations_that_were_asked_for() -> None:
    encoder, decoder = pair((1, 28, 28), {"code_activation": "relu"}, {})
    assert [name for name, _ in encoder.named_children()] == ["layer1", "layer2"]
    assert sum(p.numel() for p in encoder.parameters()) == 784 * 100 + 100 + 100 * 30 + 30
    assert sum(p.numel() for p in decoder.parameters()) == 30 * 100 + 100 + 100 * 784 + 784
    assert encoder(torch.randn(9, 1, 28, 28)).min() == 0
    assert decoder(torch.randn(9, 30)).min() < 0


def test_without_hidden_layers_encoder_and_decoder_are_linear_maps() -> None:
    encoder, decoder = pair((3,), {"hidden": [], "code": 2}, {"hidden": []})
    values = torch.randn(5, 3)
    linear = encoder.get_submodule("layer1.dense")
    assert isinstance(linear, nn.Linear)
    assert torch.equal(encoder(values), linear(values))
    assert len(decoder) == 1


def test_flat_order_of_an_image_survives_the_way_through_identity_layers() -> None:
    encoder, decoder = pair((3, 4, 5), {"hidden": [], "code": 60}, {"hidden": []})
    for network in (encoder, decoder):
        linear = network.get_submodule("layer1.dense")
        assert isinstance(linear, nn.Linear)
        nn.init.eye_(linear.weight)
        nn.init.zeros_(linear.bias)
    images = torch.rand(2, 3, 4, 5)
    assert torch.equal(decoder(encoder(images)), images)


def test_selu_with_lecun_normal_weights_keeps_the_variance_of_its_inputs() -> None:
    torch.manual_seed(0)
    deep = {"hidden": [256] * 8, "code": 256, "activation": "selu", "initial": "lecun-normal"}
    encoder, _decoder = pair((256,), {**deep, "code_activation": "selu"}, {})
    codes = encoder(torch.randn(2000, 256))
    assert codes.std().item() == pytest.approx(1, abs=0.15)
    first = encoder.get_submodule("layer1.dense")
    assert isinstance(first, nn.Linear)
    assert first.weight.std().item() == pytest.approx(math.sqrt(1 / 256), rel=0.02)
    assert not first.bias.any()


def test_dropout_follows_hidden_layers_only_and_l2_marks_every_kernel() -> None:
    encoder, decoder = pair((6,), {"hidden": [8, 7], "dropout": 0.5, "l2": 0.01}, {"hidden": [7], "dropout": 0.5})
    dropouts = [n for network in (encoder, decoder) for n, _ in network.named_modules() if n.endswith("dropout")]
    assert dropouts == ["layer1.dropout", "layer2.dropout", "layer1.dropout"]
    factors = [l2_factor(m, 0.5) for m in encoder.modules() if isinstance(m, nn.Linear)]
    assert factors == [0.01] * 3


def test_a_spatial_code_is_flattened_for_a_dense_decoder() -> None:
    encoder, code = build_encoder({"name": "conv", "channels": [4, 6]}, (1, 12, 9))
    decoder = build_decoder({"name": "dense"}, code, (1, 12, 9))
    assert decoder(encoder(torch.rand(2, 1, 12, 9))).shape == (2, 1, 12, 9)


@pytest.mark.parametrize("shape", [(1, 28, 28), (3, 33, 47), (4, 128, 96), (1, 8, 8)])
def test_pooled_convolutions_give_one_number_per_map_whatever_the_size(shape: tuple[int, int, int]) -> None:
    settings = {"name": "conv", "channels": [16, 32, 64, 30], "norm": None, "global_pool": "average"}
    encoder, code = build_encoder(settings, shape)
    assert code == (30,)
    maps = encoder[:-1](torch.rand(2, *shape))
    assert maps.shape == (2, 30, shape[1] // 8, shape[2] // 8)
    assert torch.allclose(encoder[-1](maps), maps.mean((2, 3)))
    decoder = build_decoder({"name": "conv-transpose", "start": 16, "start_activation": "none"}, code, shape)
    assert decoder(torch.rand(2, 30)).shape == (2, *shape)


def test_pooled_maps_may_be_both_or_lead_to_a_linear_code_but_not_be_pointwise() -> None:
    settings = {"name": "conv", "channels": [4, 6], "global_pool": "both"}
    assert build_encoder(settings, (1, 9, 9))[1] == (12,)
    assert build_encoder({**settings, "code": 5}, (1, 9, 9))[1] == (5,)
    with pytest.raises(RecipeError, match="global_pool leaves no places for pointwise"):
        build_encoder({**settings, "pointwise": 5}, (1, 9, 9))


def test_pooled_convolutions_of_images_too_small_are_refused() -> None:
    with pytest.raises(RecipeError, match="images of 3×9 pixels vanish at stage 2 of 3"):
        build_encoder({"name": "conv", "channels": [4, 4, 4], "global_pool": "max"}, (1, 3, 9))
    assert build_encoder({"name": "conv", "channels": [4], "global_pool": "max"}, (1, 1, 1))[1] == (4,)
