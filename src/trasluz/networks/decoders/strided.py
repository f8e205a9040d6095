"""A dense layer to small maps, transposed convolutions of stride 2, and one of stride 1 to the image.

The mirror of the strided encoder: sides are those of the image, halved and rounded up.  What a doubling computes
beyond twice the side is cut off at the left and top, where TensorFlow's ``same`` cuts at the right and bottom: the
same network of images turned by 180°.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from torch import nn

from trasluz.networks.initialise import Initialiser, initialise
from trasluz.networks.layers import Activation, Channels, Factor, NormSection, Unflatten, activation, batch_norm
from trasluz.networks.penalties import mark_l2
from trasluz.networks.sizes import Shape, halvings_up, need_flat
from trasluz.recipe.base import Section

WHERE = "model.decoder"


class Config(Section):
    """One doubling per entry of ``channels``; ``start``: channels of the first maps, those of ``channels`` if ``None``.

    ``hidden``: sizes of dense layers before the first maps.  ``norm: null`` leaves batch normalisation out, which
    follows the activation of each doubling.  ``l2``: penalty factor of all kernels; ``None`` leaves it to the family.
    """

    channels: Annotated[tuple[Channels, ...], Field(min_length=1)] = (64, 32)
    start: Channels | None = None
    hidden: tuple[Channels, ...] = ()
    kernel: Literal[3, 5] = 3
    activation: Activation = "relu"
    norm: NormSection | None = NormSection()
    initial: Initialiser = "torch"
    l2: Factor | None = None


def build(config: Config, code: tuple[int, ...], shape: Shape) -> nn.Module:
    """The decoder from a flat code to raw numbers for images of ``shape``, of any size.

    Raises:
        RecipeError: the code is not flat.
    """
    numbers = need_flat(code, WHERE)
    doublings = len(config.channels)
    heights, widths = halvings_up(shape[1], doublings), halvings_up(shape[2], doublings)
    network = nn.Sequential()
    channels = _start(network, config, numbers, heights[-1], widths[-1])
    for stage, out in enumerate(config.channels, 1):
        sides = [(chain[-stage], chain[-1 - stage]) for chain in (heights, widths)]
        _grow(network, config, f"deconv{stage}", (channels, out), 2, sides)
        network.add_module(f"activation{stage}", activation(config.activation))
        if config.norm is not None:
            network.add_module(f"norm{stage}", batch_norm(out, config.norm))
        channels = out
    _grow(network, config, f"deconv{doublings + 1}", (channels, shape[0]), 1, [(side, side) for side in shape[1:]])
    return network


def _start(network: nn.Sequential, config: Config, features: int, height: int, width: int) -> int:
    """From the code to the first maps; returns their channels."""
    channels = config.start or config.channels[0]
    for number, size in enumerate((*config.hidden, channels * height * width), 1):
        dense = nn.Linear(features, size)
        initialise(dense, config.initial)
        network.add_module(f"dense{number}", mark_l2(dense, config.l2))
        network.add_module(f"dense_activation{number}", activation(config.activation))
        features = size
    network.add_module("unflatten", Unflatten(channels, height, width))
    return channels


def _grow(
    network: nn.Sequential,
    config: Config,
    name: str,
    channels: tuple[int, int],
    stride: int,
    sides: list[tuple[int, int]],
) -> None:
    """Appends a transposed convolution that makes the second of each pair of ``sides`` of the first."""
    beyond = [(side - 1) * stride + config.kernel - goal for side, goal in sides]
    cut = [(extra + 1) // 2 for extra in beyond]  # at both ends; output padding gives one back
    back = [2 * padding - extra for padding, extra in zip(cut, beyond, strict=True)]
    grow = nn.ConvTranspose2d(*channels, config.kernel, stride, (cut[0], cut[1]), (back[0], back[1]))
    initialise(grow, config.initial)
    network.add_module(name, mark_l2(grow, config.l2))
