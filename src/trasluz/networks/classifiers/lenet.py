"""LeNet-5 (LeCun et al. 1998, section II.B), with average pools, every map joined to every map, and linear scores."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from torch import nn

from trasluz.networks.initialise import Initialiser, initialise
from trasluz.networks.layers import Activation, Channels, Pool, activation, pool
from trasluz.networks.sizes import Shape, need_side
from trasluz.recipe.base import Section

WHERE = "model.network"
_KERNEL = 5
_PUBLISHED = 32  # the side that the network was made for; smaller images are padded by 2, as MNIST's were
_LEAST = 12


class Config(Section):
    """``channels`` of the two convolutions, sizes of the hidden ``dense`` layers, and what was later varied."""

    channels: tuple[Channels, Channels] = (6, 16)
    dense: Annotated[tuple[Channels, ...], Field(max_length=16)] = (120, 84)
    activation: Activation = "tanh"
    pool: Pool = "average"
    initial: Initialiser = "glorot-uniform"


def build(config: Config, shape: Shape, outputs: int) -> nn.Module:
    """The classifier for images of ``shape`` (channels, height, width), with ``outputs`` scores.

    Raises:
        RecipeError: the images are smaller than 12×12 pixels.
    """
    need_side(shape, _LEAST, WHERE, "LeNet-5")
    padding = 2 if min(shape[1:]) < _PUBLISHED else 0
    network = nn.Sequential()
    before = shape[0]
    for number, channels in enumerate(config.channels, 1):
        conv = nn.Conv2d(before, channels, _KERNEL, padding=padding if number == 1 else 0)
        _add(network, f"conv{number}", conv, f"activation{number}", config)
        network.add_module(f"pool{number}", pool(config.pool, 2))
        before = channels
    network.add_module("flatten", nn.Flatten())
    features = before * _side(shape[1], padding) * _side(shape[2], padding)
    for number, size in enumerate(config.dense, 1):
        _add(network, f"dense{number}", nn.Linear(features, size), f"dense_activation{number}", config)
        features = size
    scores = nn.Linear(features, outputs)
    initialise(scores, config.initial)
    network.add_module("outputs", scores)
    return network


def _add(network: nn.Sequential, name: str, layer: nn.Module, follower: str, config: Config) -> None:
    initialise(layer, config.initial)
    network.add_module(name, layer)
    network.add_module(follower, activation(config.activation))


def _side(side: int, padding: int) -> int:
    """What the two convolutions and pools leave."""
    return ((side + 2 * padding - _KERNEL + 1) // 2 - _KERNEL + 1) // 2
