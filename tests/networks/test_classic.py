"""The classic networks: torchvision's as oracles, published parameter counts, and every size that they promise."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
import torchvision
from torch import nn

from trasluz.errors import RecipeError
from trasluz.networks.choose import build_classifier
from trasluz.networks.classifiers import alexnet, lenet, network_in_network, resnet, vgg

ORACLES = {
    "alexnet": (alexnet, {}, torchvision.models.alexnet),
    "vgg16": (vgg, {"depth": 16}, torchvision.models.vgg16),
    "vgg11 with norms": (vgg, {"depth": 11, "norm": {}}, torchvision.models.vgg11_bn),
    "resnet18": (resnet, {"depth": 18}, torchvision.models.resnet18),
    "resnet34": (resnet, {"depth": 34}, torchvision.models.resnet34),
}
SMALL = {
    "alexnet": {},
    "vgg": {"depth": 11},
    "network-in-network": {},
    "resnet": {},
}


def count(network: nn.Module) -> int:
    return sum(parameter.numel() for parameter in network.parameters())


@pytest.mark.parametrize("name", ORACLES)
def test_large_version_has_torchvisions_parameters_in_torchvisions_order(name: str) -> None:
    part, settings, theirs = ORACLES[name]
    with torch.device("meta"):
        ours = part.build(part.Config(**settings), (3, 224, 224), 1000)
        oracle = theirs(weights=None)
    assert [p.shape for p in ours.parameters()] == [p.shape for p in oracle.parameters()]


@pytest.mark.parametrize("name", ["alexnet", "vgg16", "resnet18"])
def test_large_version_with_torchvisions_weights_gives_torchvisions_outputs(name: str) -> None:
    part, settings, theirs = ORACLES[name]
    with torch.device("meta"):
        ours = part.build(part.Config(**settings), (3, 224, 224), 1000).eval()
        oracle = theirs(weights=None).eval()
    oracle.to_empty(device="cpu")
    rng = torch.Generator().manual_seed(0)
    state = oracle.state_dict()
    for key, value in state.items():
        fan = math.prod(value.shape[1:]) if value.ndim > 1 else 4
        if value.is_floating_point():
            value.uniform_(-math.sqrt(6 / fan), math.sqrt(6 / fan), generator=rng)
        if key.endswith("running_var"):
            value.abs_().add_(1.0)
    ours.load_state_dict(dict(zip(ours.state_dict(), state.values(), strict=True)), assign=True)
    images = torch.rand(1, 3, 224, 224, generator=rng)
    with torch.inference_mode():
        given, expected = ours(images), oracle(images)
    assert torch.allclose(given, expected, rtol=1e-4, atol=1e-4 * float(expected.abs().max()))


def test_lenet_has_the_modern_count_of_its_published_layers_and_padding_makes_28_pixels_32() -> None:
    for side in (28, 32):
        network = lenet.build(lenet.Config(), (1, side, side), 10)
        assert count(network) == 156 + 2416 + 48120 + 10164 + 850


def test_network_in_network_for_small_images_has_the_published_layers() -> None:
    network = network_in_network.build(network_in_network.Config(), (3, 32, 32), 10)
    layers = [(m.out_channels, m.kernel_size[0]) for m in network if isinstance(m, nn.Conv2d)]
    assert layers == [(192, 5), (160, 1), (96, 1), (192, 5), (192, 1), (192, 1), (192, 3), (192, 1), (10, 1)]


@pytest.mark.parametrize("name", SMALL)
@pytest.mark.parametrize("shape", [(1, 28, 28), (4, 33, 47), (3, 8, 8), (1, 1, 1), (3, 64, 80)])
def test_classic_networks_take_images_of_any_size_and_channels(name: str, shape: tuple[int, int, int]) -> None:
    dense: dict[str, Any] = {} if name in ("resnet", "network-in-network") else {"dense": [16]}
    network = build_classifier({"name": name, **SMALL[name], **dense}, shape, 5)
    assert all(torch.isfinite(p).all() for p in network.parameters())


@pytest.mark.parametrize(("name", "least"), [("alexnet", 63), ("vgg", 32), ("network-in-network", 11)])
def test_versions_for_large_images_refuse_smaller_ones_in_a_sentence(name: str, least: int) -> None:
    settings = {"name": name, "version": "large", **({} if name == "network-in-network" else {"dense": []})}
    build_classifier(settings, (1, least, least), 2)
    with pytest.raises(RecipeError, match=f"needs images of at least {least}×{least} pixels, but these have"):
        build_classifier(settings, (1, least - 1, least), 2)


def test_lenet_works_from_twelve_pixels_on_and_refuses_less() -> None:
    for shape in ((3, 12, 12), (1, 33, 47), (4, 64, 32)):
        build_classifier({"name": "lenet"}, shape, 3)
    with pytest.raises(RecipeError, match="LeNet-5 needs images of at least 12×12 pixels, but these have 12×11"):
        build_classifier({"name": "lenet"}, (1, 12, 11), 3)


def test_stem_of_the_resnet_follows_the_size_unless_it_is_told() -> None:
    first = {
        (version, side): resnet.build(resnet.Config(version=version), (1, side, side), 2).conv1.kernel_size
        for version in ("auto", "small", "large")
        for side in (28, 64)
    }
    assert [first["auto", side] for side in (28, 64)] == [(3, 3), (7, 7)]
    assert first["small", 64] == (3, 3)
    assert first["large", 28] == (7, 7)


def test_convolutions_five_by_five_of_the_notebook_drop_out_after_the_pool() -> None:
    settings = {
        "name": "conv", "channels": [16, 32], "kernel": 5, "norm": None, "dropout": 0.2,
        "dropout_place": "after-pool", "dense": [],
    }  # fmt: skip
    network = build_classifier(settings, (1, 28, 28), 10)
    stage = ["conv", "activation", "pool", "dropout"]
    assert [name for name, _m in network.named_children()] == [
        *(f"{part}{i}" for i in (1, 2) for part in stage), "flatten", "outputs",
    ]  # fmt: skip
    assert count(network) == 416 + 12832 + 7 * 7 * 32 * 10 + 10


def test_pools_can_be_left_out_and_a_stage_that_is_not_there_is_told() -> None:
    network = build_classifier({"name": "conv", "channels": [2, 3, 4], "pools": [1, 3], "dense": []}, (1, 8, 8), 2)
    assert [name for name, _m in network.named_children() if "pool" in name] == ["pool1", "pool3"]
    assert network.get_submodule("outputs").in_features == 4 * 2 * 2
    with pytest.raises(RecipeError, match="pools names stage 4, but channels gives 3 stages"):
        build_classifier({"name": "conv", "channels": [2, 3, 4], "pools": [4]}, (1, 8, 8), 2)
