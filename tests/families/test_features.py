from __future__ import annotations

import pytest
import timm
import torch
from torch import Tensor, nn

from trasluz.data.data import DataSpec
from trasluz.errors import RequestError
from trasluz.families import base
from trasluz.families._features import penultimate

INPUTS = torch.rand(5, 3, 33, 40, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize(
    "network", [{"name": "residual"}, {"name": "conv", "dense": [20]}, {"name": "conv", "dense": []}]
)
def test_the_last_layer_makes_the_logits_out_of_the_features(network: dict[str, object]) -> None:
    family = base.create({"family": "classifier", "network": network}, DataSpec("image", (3, 33, 40), ("a", "b", "c")))
    networks = family.build().eval()
    with torch.no_grad():
        features = family.features(networks, INPUTS)  # type: ignore[attr-defined]  # a capability
        logits = family.logits(networks, INPUTS)  # type: ignore[attr-defined]  # the same
    torch.testing.assert_close(networks["classifier"].outputs(features), logits)
    assert all(not module._forward_pre_hooks for module in networks.modules())


def test_features_of_timms_networks_are_what_timm_calls_pre_logits() -> None:
    network = timm.create_model("resnet18", num_classes=4).eval()
    images = INPUTS[:2]
    with torch.no_grad():
        expected = network.forward_head(network.forward_features(images), pre_logits=True)
        torch.testing.assert_close(penultimate(network, images), expected)


def test_maps_and_tokens_become_one_row_per_image() -> None:
    convolutions = nn.Sequential(nn.Conv2d(3, 7, 3), nn.ReLU(), nn.Conv2d(7, 4, 1), nn.AdaptiveAvgPool2d(1))
    with torch.no_grad():
        maps = convolutions[:2](INPUTS)
        torch.testing.assert_close(penultimate(convolutions, INPUTS), maps.mean((2, 3)))
    tokens = torch.rand(2, 6, 8)
    torch.testing.assert_close(penultimate(nn.Linear(8, 3), tokens), tokens.mean(1))


class _Bare(nn.Module):
    def forward(self, inputs: Tensor) -> Tensor:
        return inputs.flatten(1)[:, :2]


def test_a_network_without_layers_is_refused() -> None:
    with pytest.raises(RequestError, match="features"):
        penultimate(_Bare(), INPUTS)
