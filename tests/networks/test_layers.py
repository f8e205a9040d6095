from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from trasluz.families._penalty import l2_penalty
from trasluz.networks.choose import build_classifier
from trasluz.networks.layers import Flatten, GlobalPool, NormSection, Unflatten, activation, batch_norm
from trasluz.networks.penalties import l2_factor, mark_l2
from trasluz.networks.residual import Basic, ConvSection, Light
from trasluz.networks.sizes import conv_out, halvings
from trasluz.networks.trunk import TrunkSection, Unshuffle, add_trunk, sides


def test_flatten_puts_channels_fastest_as_keras_does_and_unflatten_undoes_it() -> None:
    maps = torch.rand(2, 3, 4, 5)
    flat = Flatten()(maps)
    assert torch.equal(flat[0, :3], maps[0, :, 0, 0])
    assert torch.equal(Unflatten(3, 4, 5)(flat), maps)


def test_flatten_and_unflatten_copy_nothing_for_channels_last_maps() -> None:
    maps = torch.rand(2, 3, 4, 5).contiguous(memory_format=torch.channels_last)
    flat = Flatten()(maps)
    assert flat.data_ptr() == maps.data_ptr()
    back = Unflatten(3, 4, 5)(flat)
    assert back.data_ptr() == maps.data_ptr()
    assert back.is_contiguous(memory_format=torch.channels_last)


def test_global_pool_gives_maxima_then_means() -> None:
    maps = torch.rand(2, 3, 4, 5)
    most, mean = maps.flatten(2).max(2).values, maps.flatten(2).mean(2)
    assert torch.allclose(GlobalPool("max")(maps), most)
    assert torch.allclose(GlobalPool("average")(maps), mean)
    assert torch.allclose(GlobalPool("both")(maps), torch.cat([most, mean], 1))


@pytest.mark.parametrize("name", ["relu", "leaky-relu", "elu", "selu", "silu", "gelu", "tanh", "sigmoid", "none"])
def test_every_activation_name_is_a_layer(name: str) -> None:
    assert activation(name)(torch.zeros(1)).shape == (1,)  # type: ignore[arg-type]  # names come from a list


def test_batch_norm_takes_keras_momentum_as_the_weight_of_the_newest_batch() -> None:
    layer = batch_norm(1, NormSection(momentum=0.01, eps=1e-3)).train()
    layer(torch.full((4, 1, 2, 2), 10.0))
    assert layer.get_buffer("running_mean").item() == pytest.approx(0.99 * 0 + 0.01 * 10)
    assert isinstance(batch_norm(1, None), nn.Identity)


@pytest.mark.parametrize(
    ("side", "kernel", "stride", "padding"), [(28, 3, 1, 0), (7, 3, 2, 1), (5, 5, 1, 0), (8, 4, 3, 2)]
)
def test_conv_out_is_what_pytorch_gives(side: int, kernel: int, stride: int, padding: int) -> None:
    found = F.conv1d(torch.zeros(1, 1, side), torch.zeros(1, 1, kernel), stride=stride, padding=padding).shape[-1]
    assert conv_out(side, kernel, stride, padding) == found


def test_halvings_round_down_and_trunk_sides_round_up() -> None:
    assert halvings(28, 3) == [28, 14, 7, 3]
    assert sides(TrunkSection(channels=(4, 4, 4)), 28) == [28, 14, 7, 4]


@pytest.mark.parametrize("down", ["stride", "max", "average", "unshuffle"])
@pytest.mark.parametrize("stem", [None, {"channels": 4, "stride": 2, "pool": True}, {"channels": 4, "kernel": 5}])
@pytest.mark.parametrize("halve_first", [True, False])
@pytest.mark.parametrize("size", [(1, 1), (9, 14)])
def test_trunk_gives_the_sides_it_announces(
    down: str, stem: dict | None, halve_first: bool, size: tuple[int, int]
) -> None:
    section = TrunkSection.model_validate({"channels": (4, 6), "down": down, "stem": stem, "halve_first": halve_first})
    network = nn.Sequential()
    channels = add_trunk(network, section, 3)
    maps = network.eval()(torch.rand(2, 3, *size))
    assert maps.shape == (2, channels, sides(section, size[0])[-1], sides(section, size[1])[-1])


def test_unshuffle_keeps_every_pixel() -> None:
    maps = torch.rand(1, 2, 3, 5)
    assert Unshuffle()(maps).sum().item() == pytest.approx(maps.sum().item(), rel=1e-6)


def test_basic_block_starts_as_its_activation_and_light_adds_to_its_input() -> None:
    maps = torch.randn(2, 4, 5, 5)
    assert torch.equal(Basic(4, ConvSection()).train()(maps), maps.relu())
    light = Light(4, ConvSection()).eval()
    assert torch.allclose(light(maps), maps + light.body(maps))


def test_stem_with_as_many_channels_as_a_first_stage_that_keeps_the_side_is_not_convolved_twice() -> None:
    settings = {
        "name": "residual",
        "stem": {"channels": 8},
        "channels": [8, 16],
        "halve_first": False,
        "blocks": [0, 1],
    }
    network = build_classifier(settings, (1, 8, 8), 2)
    convolutions = [name for name, module in network.named_modules() if isinstance(module, nn.Conv2d)]
    assert convolutions == ["conv_stem", "conv2", "block2_1.body.conv1", "block2_1.body.conv2"]


def test_marks_override_the_familys_factor_and_absent_marks_follow_it() -> None:
    own, none, free = nn.Linear(2, 2), nn.Linear(2, 2), nn.Linear(2, 2)
    network = nn.Sequential(mark_l2(own, 0.5), mark_l2(none, 0.0), mark_l2(free, None), nn.BatchNorm1d(2))
    assert [l2_factor(layer, 0.1) for layer in network[:3]] == [0.5, 0.0, 0.1]
    penalty = l2_penalty(network, 0.1)
    expected = 0.5 * own.weight.square().sum() + 0.1 * free.weight.square().sum()
    assert penalty is not None
    assert torch.allclose(penalty, expected)
    assert l2_penalty(nn.Sequential(none, free), 0.0) is None
