"""Units: channels of any layer, and the layer that is worth seeing for each way through a model."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from tests.look.made_subjects import Scores, subject
from trasluz.errors import RequestError
from trasluz.look.layers.units import as_maps, find_layer, last_layer, top_of, ways
from trasluz.look.maps.layouts import Layout


class _Encodes(Scores):
    capabilities = frozenset({"encode", "layers"})

    def encode(self, networks: nn.ModuleDict, inputs: Tensor) -> Tensor:
        return self.logits(networks, inputs)


def test_maps_steps_and_features_have_their_units_in_the_second_place() -> None:
    assert as_maps(torch.zeros(2, 5, 3, 4)).shape == (2, 5, 3, 4)
    steps = torch.arange(12.0).reshape(1, 3, 4)
    assert as_maps(steps)[0, 1, :, 0].tolist() == [1.0, 5.0, 9.0]
    assert as_maps(torch.zeros(2, 5)).shape == (2, 5, 1, 1)


def test_the_largest_of_every_unit_as_numpy_sorts_them() -> None:
    values = np.random.default_rng(0).integers(0, 5, (30, 4)).astype(np.float32)
    rows = torch.arange(30)[:, None].expand(30, 4)
    best, found = top_of(torch.from_numpy(values), 7, rows)
    np.testing.assert_array_equal(found.T, np.argsort(-values, axis=0, kind="stable")[:7])
    np.testing.assert_array_equal(best.T, -np.sort(-values, axis=0)[:7])


@pytest.mark.parametrize(
    ("net", "expected"),
    [
        ([nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(18, 10)], "net.2"),
        ([nn.Conv2d(1, 2, 3, padding=1), nn.MaxPool2d(3, 1, 1), nn.Flatten(), nn.Linear(128, 10)], "net.0"),
        ([nn.Flatten(), nn.Linear(64, 5), nn.Tanh(), nn.Linear(5, 10)], "net.2"),
        ([nn.Flatten(), nn.Linear(64, 10)], "net.0"),
    ],
)
def test_the_last_layer_is_where_the_last_convolution_ends_its_work(net: list[nn.Module], expected: str) -> None:
    assert last_layer(subject(nn.Sequential(*net))) == expected


class _Tokens(nn.Module):
    """Four patches as tokens, whose mean gives the scores."""

    def __init__(self) -> None:
        super().__init__()
        self.patches, self.mix, self.norm = nn.Conv2d(1, 6, 4, 4), nn.Linear(6, 6), nn.LayerNorm(6)
        self.head = nn.Linear(6, 10)

    def forward(self, images: Tensor) -> Tensor:
        tokens = self.norm(self.mix(self.patches(images).flatten(2).transpose(1, 2)))
        found: Tensor = self.head(tokens.mean(1))
        return found


def test_where_tokens_come_after_the_convolution_it_is_the_last_of_them() -> None:
    assert last_layer(subject(_Tokens())) == "net.norm"


def test_of_an_encoder_without_convolutions_it_is_the_code() -> None:
    seen = subject(
        nn.Sequential(nn.Flatten(), nn.Linear(64, 5), nn.Tanh(), nn.Linear(5, 2)), family=_Encodes((1, 8, 8))
    )
    assert ways(seen) == ("encode",)
    assert find_layer(seen, "last") == ("net.3", Layout(), ("encode",))


class _Gaussian(nn.Module):
    """Two heads on one layer: the mean of a code, then the logarithm of its variance."""

    def __init__(self) -> None:
        super().__init__()
        self.body, self.mean, self.log_variance = nn.Linear(64, 5), nn.Linear(5, 2), nn.Linear(5, 2)

    def forward(self, images: Tensor) -> Tensor:
        features = self.body(images.flatten(1))
        mean: Tensor = self.mean(features)
        self.log_variance(features)
        return mean


class _HasPosterior(_Encodes):
    capabilities = frozenset({"encode", "posterior", "layers"})


def test_of_an_encoder_that_gives_a_gaussian_it_is_the_mean_and_not_its_spread() -> None:
    assert last_layer(subject(_Gaussian(), family=_HasPosterior((1, 8, 8)))) == "net.mean"


def test_layers_are_found_with_and_without_the_networks_name_and_others_refused() -> None:
    seen = subject(nn.Sequential(nn.Flatten(), nn.Linear(64, 10)))
    assert find_layer(seen, "1")[0] == find_layer(seen, "net.1")[0] == "net.1"
    with pytest.raises(RequestError, match=r"net\.0, net\.1"):
        find_layer(seen, "net.7")
