"""Weights of the last layer instead of gradients: the same maps, and only where networks are really built so."""

from __future__ import annotations

from unittest import mock

import pytest
import torch
from torch import Tensor, nn

from trasluz.look.cams import methods
from trasluz.look.layers.capture import capture
from trasluz.look.maps import class_maps as room
from trasluz.look.maps.class_maps import class_maps
from trasluz.look.maps.pooled_heads import head_weights


class Functional(nn.Module):
    """As torchvision's networks: a mean over axes, no bias, and an in-place ReLU that is used twice."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Conv2d(1, 5, 3, padding=1), nn.Conv2d(5, 5, 3, padding=1)
        self.relu = nn.ReLU(inplace=True)
        self.last = nn.Linear(5, 4, bias=False)

    def forward(self, images: Tensor) -> Tensor:
        maps = self.relu(self.second(self.relu(self.first(images))))
        found: Tensor = self.last(maps.mean((-1, -2)))
        return found


class Gated(Functional):
    """Weights of the last layer that depend on the image."""

    def forward(self, images: Tensor) -> Tensor:
        maps = self.relu(self.second(self.relu(self.first(images))))
        gate = images.mean() * self.last.weight
        return maps.mean((2, 3)) @ gate.T * images.mean((1, 2, 3)).unsqueeze(1)


def _chain(*tail: nn.Module) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(1, 5, 3, padding=1), nn.BatchNorm2d(5), nn.ReLU(), *tail)


POOLED = {
    "adaptive": (_chain(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(0.5), nn.Linear(5, 4)), "2"),
    "average": (_chain(nn.AvgPool2d((7, 6)), nn.Flatten(), nn.Linear(5, 4)), "2"),
    "functional": (Functional(), "relu"),
}
OTHERS = {
    "maxima": (_chain(nn.AdaptiveMaxPool2d(1), nn.Flatten(), nn.Linear(5, 4)), "2"),
    "parts": (_chain(nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(20, 4)), "2"),
    "two layers": (_chain(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(5, 6), nn.ReLU(), nn.Linear(6, 4)), "2"),
    "before the ReLU": (_chain(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(5, 4)), "1"),
    "not the last": (Functional(), "first"),
    "gated": (Gated(), "relu"),
    "a corner": (_chain(nn.AvgPool2d((7, 5)), nn.Flatten(), nn.Linear(5, 4)), "2"),
}


def _images() -> Tensor:
    return torch.rand(3, 1, 7, 6, generator=torch.Generator().manual_seed(0))


def _weights(network: nn.Module, layer: str) -> Tensor | None:
    with capture(network, (layer,)) as kept:
        return head_weights(network(_images()), kept.last(layer))


@pytest.mark.parametrize("name", POOLED)
def test_the_gradient_is_the_classs_weight_shared_among_the_places(name: str) -> None:
    network, layer = POOLED[name]
    last = [module for module in network.modules() if isinstance(module, nn.Linear)][-1]
    found = _weights(network, layer)
    assert found is not None
    torch.testing.assert_close(found, last.weight.detach() / 42)
    assert network.training
    assert all(parameter.requires_grad and parameter.grad is None for parameter in network.parameters())


@pytest.mark.parametrize("name", OTHERS)
def test_other_networks_go_backward(name: str) -> None:
    assert _weights(*OTHERS[name]) is None


@pytest.mark.parametrize("method", methods("gradients"))
@pytest.mark.parametrize("name", POOLED)
def test_maps_are_those_of_a_pass_backward(name: str, method: str) -> None:
    network, layer = POOLED[name]
    network.eval()
    classes = torch.tensor([[0, 3, 2], [1, 2, 0], [3, 0, 1]])
    found = class_maps(network, network, _images(), classes, (layer,), method).maps[layer]
    with mock.patch.object(room, "head_weights", return_value=None):
        expected = class_maps(network, network, _images(), classes, (layer,), method).maps[layer]
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-6)
    network.train()


def test_of_several_layers_only_those_before_the_pooling_need_no_gradients() -> None:
    network = Functional()
    classes = torch.arange(4).expand(3, 4)
    found = class_maps(network, network, _images(), classes, ("first", "relu")).maps
    alone = {name: class_maps(network, network, _images(), classes, (name,)).maps[name] for name in found}
    for name, maps in found.items():
        torch.testing.assert_close(maps, alone[name])
