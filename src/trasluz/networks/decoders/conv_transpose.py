"""Transposed convolutions that double the side, for images of any size.

The rule for sizes: a decoder of ``s`` transposed convolutions mirrors the image's side halved ``s`` times and rounded
down (28 → 14 → 7 → 3), and each layer gives exactly the side before that halving.  What a transposed convolution
computes beyond it is cut off by its padding (``valid`` from 3 to 7, Keras' ``same`` from 7 to 14); where it
computes less, output padding adds the missing row.  So the reconstruction has the image's size without resizing.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from torch import nn

from trasluz.errors import RecipeError
from trasluz.messages import _
from trasluz.networks.doubling import doubling
from trasluz.networks.dropout import Dropout
from trasluz.networks.initialise import Initialiser, initialise
from trasluz.networks.layers import (
    Activation,
    Channels,
    Factor,
    NormSection,
    Rate,
    Unflatten,
    activation,
    batch_norm,
)
from trasluz.networks.penalties import mark_l2
from trasluz.networks.sizes import Shape, halvings, need_room
from trasluz.recipe.base import Section

WHERE = "model.decoder"


class Config(Section):
    """``channels`` of the hidden transposed convolutions; one more gives the image, so the side doubles one time more.

    ``start``: channels of the maps that a flat code is turned into by a linear layer; not used for a spatial code.
    ``start_activation``: what these pass through; ``None`` is ``activation``.
    ``initial_last`` draws the last layer and the linear one; ``l2`` is the factor of the hidden layers, and
    ``None`` leaves it to the family.
    """

    channels: tuple[Channels, ...] = (32, 16)
    start: Channels = 64
    start_activation: Activation | None = None
    kernel: Annotated[int, Field(ge=2, le=5)] = 3
    activation: Activation = "relu"
    dropout: Rate = 0.0
    norm: NormSection | None = NormSection()
    initial: Initialiser = "torch"
    initial_last: Initialiser = "torch"
    l2: Factor | None = None


def build(config: Config, code: tuple[int, ...], shape: Shape) -> nn.Module:
    """The decoder from a code of shape ``code`` to logits of images of ``shape``.

    Raises:
        RecipeError: the images are too small for this many layers, or a spatial code does not fit the rule above.
    """
    layers = len(config.channels) + 1
    heights, widths = halvings(shape[1], layers), halvings(shape[2], layers)
    need_room(heights[-1], widths[-1], shape, WHERE, layers, layers)
    network = nn.Sequential()
    channels = _start(network, config, code, heights[-1], widths[-1], layers)
    unpenalised = 0.0 if config.l2 is not None else None
    for layer in range(1, layers + 1):
        last = layer == layers
        out = shape[0] if last else config.channels[layer - 1]
        target = heights[layers - layer], widths[layers - layer]
        grow = doubling(channels, out, config.kernel, (heights[layers - layer + 1], widths[layers - layer + 1]), target)
        initialise(grow, config.initial_last if last else config.initial)
        network.add_module(f"deconv{layer}", mark_l2(grow, unpenalised if last else config.l2))
        if not last:
            _finish(network, config, layer, out)
        channels = out
    return network


def _start(network: nn.Sequential, config: Config, code: tuple[int, ...], height: int, width: int, layers: int) -> int:
    """Brings the code to ``[channels, height, width]`` and returns the channels."""
    if len(code) == 1:
        linear = nn.Linear(code[0], config.start * height * width)
        initialise(linear, config.initial_last)
        network.add_module("dense", mark_l2(linear, 0.0 if config.l2 is not None else None))
        network.add_module("unflatten", Unflatten(config.start, height, width))
        if config.start_activation != "none":
            network.add_module("activation0", activation(config.start_activation or config.activation))
        return config.start
    if code[1:] != (height, width):
        message = _(
            "{where}: the encoder gives maps of {given}, but {layers} doublings up to the image need {needed}; "
            "give the decoder one channel number less than the encoder has stages, or the encoder a flat code."
        )
        given, needed = "×".join(map(str, code[1:])), f"{height}×{width}"
        raise RecipeError(message.format(where=WHERE, given=given, layers=layers, needed=needed))
    return code[0]


def _finish(network: nn.Sequential, config: Config, layer: int, channels: int) -> None:
    network.add_module(f"activation{layer}", activation(config.activation))
    if config.dropout:
        network.add_module(f"dropout{layer}", Dropout(config.dropout))
    if config.norm is not None:
        network.add_module(f"norm{layer}", batch_norm(channels, config.norm))
