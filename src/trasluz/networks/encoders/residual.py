"""A residual trunk and a linear layer down to a flat code. ``decoders/residual.py`` mirrors it."""

from __future__ import annotations

from torch import nn

from trasluz.networks.layers import Channels, Flatten, activation
from trasluz.networks.sizes import Shape
from trasluz.networks.trunk import TrunkSection, add_trunk, sides


class Config(TrunkSection):
    """The trunk's settings; ``code``: numbers of the code; ``hidden``: sizes of dense layers before it."""

    code: Channels = 64
    hidden: tuple[Channels, ...] = ()


def build(config: Config, shape: Shape) -> nn.Module:
    """The encoder for images of ``shape`` (channels, height, width) of any size."""
    network = nn.Sequential()
    channels = add_trunk(network, config, shape[0])
    features = channels * sides(config, shape[1])[-1] * sides(config, shape[2])[-1]
    network.add_module("flatten", Flatten())
    for number, size in enumerate(config.hidden, 1):
        network.add_module(f"hidden{number}", nn.Linear(features, size))
        network.add_module(f"hidden_norm{number}", nn.BatchNorm1d(size))
        network.add_module(f"hidden_activation{number}", activation(config.activation))
        features = size
    network.add_module("code", nn.Linear(features, config.code))
    return network
