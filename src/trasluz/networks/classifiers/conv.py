"""A chain of convolutions and pools, then dense layers: the plain CNN of textbooks."""

from __future__ import annotations

from torch import nn

from trasluz.networks.chain import ChainSection, add_chain
from trasluz.networks.dropout import Dropout
from trasluz.networks.initialise import initialise
from trasluz.networks.layers import Channels, Flatten, Rate, activation
from trasluz.networks.penalties import mark_l2
from trasluz.networks.sizes import Shape

WHERE = "model.network"


class Config(ChainSection):
    """The chain's settings; ``dense``: sizes of the hidden dense layers; ``dropout_dense`` precedes each of them."""

    dense: tuple[Channels, ...] = (512,)
    dropout_dense: Rate = 0.0


def build(config: Config, shape: Shape, outputs: int) -> nn.Module:
    """The classifier for images of ``shape`` (channels, height, width), with ``outputs`` scores.

    Raises:
        RecipeError: the images are too small for this many stages.
    """
    network = nn.Sequential()
    channels, height, width = add_chain(network, config, shape, WHERE)
    network.add_module("flatten", Flatten())
    features = channels * height * width
    for number, size in enumerate(config.dense, 1):
        if config.dropout_dense:
            network.add_module(f"dense_dropout{number}", Dropout(config.dropout_dense))
        network.add_module(f"dense{number}", _dense(config, features, size))
        network.add_module(f"dense_activation{number}", activation(config.activation))
        features = size
    network.add_module("outputs", _dense(config, features, outputs))
    return network


def _dense(config: Config, features: int, size: int) -> nn.Linear:
    layer = nn.Linear(features, size)
    initialise(layer, config.initial)
    return mark_l2(layer, config.l2)
