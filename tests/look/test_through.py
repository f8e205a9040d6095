"""What a model makes of images: by its capabilities alone, as the model itself says it, and nothing left behind."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from tests.look.made_subjects import Scores, digits, subject
from trasluz.look.maps.class_maps import class_maps
from trasluz.look.through import see_through


class Rebuilds:
    """A family that gives back half of the light."""

    capabilities = frozenset({"reconstruct"})

    def reconstruct(self, networks: nn.ModuleDict, inputs: Tensor) -> Tensor:
        return inputs * 0.5


class Names(Scores):
    """A family that answers without telling its scores."""

    capabilities = frozenset({"classify"})


def network(channels: int = 1) -> nn.Sequential:
    torch.manual_seed(0)
    layers = [nn.Conv2d(channels, 6, 3, padding=1), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(6, 10)]
    return nn.Sequential(*layers)


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_answers_and_maps_are_the_models_own(channels: int) -> None:
    data, net = digits(channels=channels), network(channels)
    given = subject(net, data)
    found = see_through(given, data.samples[:7])
    inputs = given.inputs(data.samples[:7])
    with torch.no_grad():
        sure = net(inputs).softmax(1)
    assert found.probabilities == pytest.approx(sure.numpy(), abs=1e-6)
    networks = given.networks
    maps = class_maps(networks, lambda x: networks["net"](x), inputs, sure.argmax(1, keepdim=True), ["net.1"]).maps
    assert found.maps == pytest.approx(maps["net.1"][:, 0].numpy(), abs=1e-6)
    assert found.images.shape == (7, 8, 8, channels)
    assert found.reconstructions is None
    assert all(parameter.grad is None for parameter in net.parameters())
    assert not net.training


def test_a_model_without_scores_or_convolutions_answers_without_maps() -> None:
    data = digits()
    flat = nn.Sequential(nn.Flatten(), nn.Linear(64, 10))
    assert see_through(subject(flat, data), data.samples[:2]).maps is None
    found = see_through(subject(network(), data, Names(data.spec.shape)), data.samples[:2])
    assert found.maps is None
    assert found.probabilities is not None


def test_reconstructions_come_with_their_mean_squared_error() -> None:
    data: Any = digits()
    found = see_through(subject(nn.Identity(), data, Rebuilds()), data.samples[:5])
    pixels = data.samples[:5] / 255
    assert found.errors == pytest.approx(((pixels / 2) ** 2).mean((1, 2, 3)), rel=1e-5)
    assert np.abs(found.reconstructions - data.samples[:5] / 2).max() <= 0.5
    assert found.probabilities is None
    assert found.classes == data.classes
