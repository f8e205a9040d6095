"""A residual trunk, one number per map, and a linear layer: for images of any size."""

from __future__ import annotations

from torch import nn

from trasluz.networks.dropout import Dropout
from trasluz.networks.layers import GlobalKind, GlobalPool, Rate
from trasluz.networks.sizes import Shape
from trasluz.networks.trunk import TrunkSection, add_trunk


class Config(TrunkSection):
    """The trunk's settings; ``head``: how a map becomes a number; ``dropout_head``: before the last layer."""

    head: GlobalKind = "average"
    dropout_head: Rate = 0.0


def build(config: Config, shape: Shape, outputs: int) -> nn.Module:
    """The classifier for images of ``shape`` (channels, height, width), with ``outputs`` scores."""
    network = nn.Sequential()
    features = add_trunk(network, config, shape[0])
    network.add_module("head", GlobalPool(config.head))
    if config.dropout_head:
        network.add_module("dropout", Dropout(config.dropout_head))
    network.add_module("outputs", nn.Linear(features * (2 if config.head == "both" else 1), outputs))
    return network
