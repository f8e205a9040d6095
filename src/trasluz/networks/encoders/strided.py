"""Convolutions of stride 2 in place of pools, then dense layers: the encoder of many teaching examples of a VAE.

The order within a stage is activation, then batch normalisation.  Where an even side halves, TensorFlow's ``same``
pads at the right and bottom, and these layers at the left and top: the same network of images turned by 180°.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from torch import nn

from trasluz.networks.dropout import Dropout
from trasluz.networks.initialise import Initialiser, initialise
from trasluz.networks.layers import (
    Activation,
    Channels,
    Factor,
    Flatten,
    NormSection,
    Rate,
    activation,
    batch_norm,
)
from trasluz.networks.penalties import mark_l2
from trasluz.networks.sizes import Shape
from trasluz.recipe.base import Section


class Config(Section):
    """One halving per entry of ``channels``, sides rounded up, so that images of any size pass.

    ``hidden``: sizes of dense layers after them, each followed by ``dropout``; with none, the last maps are the
    code.  ``norm: null`` leaves batch normalisation out.  ``code``: numbers of a flat code made by one more linear
    layer.  ``l2``: penalty factor of all kernels; ``None`` leaves it to the family.
    """

    channels: Annotated[tuple[Channels, ...], Field(min_length=1)] = (32, 64)
    kernel: Literal[3, 5, 7] = 3
    hidden: tuple[Channels, ...] = (128,)
    dropout: Rate = 0.0
    activation: Activation = "relu"
    norm: NormSection | None = NormSection()
    initial: Initialiser = "torch"
    code: Channels | None = None
    l2: Factor | None = None


def build(config: Config, shape: Shape) -> nn.Module:
    """The encoder for images of ``shape`` (channels, height, width) of any size."""
    network = nn.Sequential()
    channels, height, width = shape
    for stage, out in enumerate(config.channels, 1):
        conv = nn.Conv2d(channels, out, config.kernel, 2, padding=config.kernel // 2)
        initialise(conv, config.initial)
        network.add_module(f"conv{stage}", mark_l2(conv, config.l2))
        network.add_module(f"activation{stage}", activation(config.activation))
        if config.norm is not None:
            network.add_module(f"norm{stage}", batch_norm(out, config.norm))
        channels, height, width = out, (height + 1) // 2, (width + 1) // 2
    _add_dense(network, config, channels * height * width)
    return network


def _add_dense(network: nn.Sequential, config: Config, features: int) -> None:
    """Appends the dense layers, and the code where there is one."""
    if config.hidden or config.code:
        network.add_module("flatten", Flatten())
    for number, size in enumerate(config.hidden, 1):
        dense = nn.Linear(features, size)
        initialise(dense, config.initial)
        network.add_module(f"dense{number}", mark_l2(dense, config.l2))
        network.add_module(f"dense_activation{number}", activation(config.activation))
        if config.dropout:
            network.add_module(f"dropout{number}", Dropout(config.dropout))
        features = size
    if config.code is not None:
        code = nn.Linear(features, config.code)
        initialise(code, config.initial)
        network.add_module("code", mark_l2(code, config.l2))
