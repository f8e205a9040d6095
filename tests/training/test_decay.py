"""Weight decay by name: what it spares, in every network that recipes name, stacked or not."""

from __future__ import annotations

import pytest
import timm
import torch
from torch import nn

from trasluz import recipe
from trasluz.data.data import DataSpec
from trasluz.errors import RequestError
from trasluz.families import base
from trasluz.networks.recurrence import Lstm
from trasluz.recipe import OPTIMISERS
from trasluz.rng import Rng
from trasluz.training.decay import decays
from trasluz.training.optimisers import make_optimiser

SPECS = [
    DataSpec(kind, shape, ("a", "b"), domains=domains)
    for kind, shape in [("image", (1, 28, 28)), ("image", (3, 64, 64)), ("table", (4,)), ("sequence", (28, 28))]
    for domains in [(), ("a", "b")]
]


def networks_of(name: str) -> nn.Module:
    for spec in SPECS:
        try:
            with Rng(0).ambient("build"):
                return base.create(recipe.load(name).model, spec).build()
        except RequestError:
            continue
    raise AssertionError(f"{name}: no data that it takes")


def by_dimensions(networks: nn.Module) -> set[str]:
    return {name for name, parameter in networks.named_parameters() if parameter.ndim > 1}


@pytest.mark.parametrize("name", recipe.built_in_names())
def test_in_built_in_recipes_all_of_several_dimensions_decays_and_nothing_else(name: str) -> None:
    networks = networks_of(name)
    assert decays(networks) & dict(networks.named_parameters()).keys() == by_dimensions(networks)


@pytest.mark.parametrize("name", ["vit_tiny_patch16_224", "resnet18", "cait_xxs24_224", "convnext_atto"])
def test_in_networks_of_timm_too(name: str) -> None:
    network = timm.create_model(name, pretrained=False)
    decaying = decays(network)
    assert decaying == by_dimensions(network)
    for token in {"cls_token", "pos_embed"} & dict(network.named_parameters()).keys():
        assert token in decaying


class Odd(nn.Module):
    """Biases and norms that have more dimensions than usual."""

    def __init__(self) -> None:
        super().__init__()
        self.norm = nn.LayerNorm((2, 3))
        self.bias = nn.Parameter(torch.zeros(2, 3))
        self.out_proj_bias = nn.Parameter(torch.zeros(1, 3))
        self.gamma = nn.Parameter(torch.ones(3))
        self.temperature = nn.Parameter(torch.ones(()))
        self.lstm = Lstm(3, 2)
        self.kernel = nn.Parameter(torch.zeros(2, 3))


def test_biases_norms_and_scales_are_spared_whatever_their_dimensions() -> None:
    assert decays(Odd()) == {"kernel", "lstm.weight_ih_l0", "lstm.weight_hh_l0"}


def test_stacking_networks_changes_nothing() -> None:
    network = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.Flatten(), nn.Linear(2, 2))
    stacked = [(name, nn.Parameter(torch.stack([p.detach()] * 3))) for name, p in network.named_parameters()]
    section = OPTIMISERS.read({"name": "sgd", "learning_rate": 0.1, "weight_decay": 0.1})
    optimiser = make_optimiser(section, stacked, decaying=decays(network))
    found = {id(p): group["weight_decay"] for group in optimiser.param_groups for p in group["params"]}
    assert {name: found[id(p)] for name, p in stacked} == {
        name: 0.1 if name in ("0.weight", "3.weight") else 0.0 for name, _p in network.named_parameters()
    }
