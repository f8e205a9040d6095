"""Linear layers, residual blocks, and convolutions whose channels become pixels: mirror of the residual encoder.

A convolution to four times the channels followed by a pixel shuffle (Shi et al. 2016, "sub-pixel convolution")
doubles the side.  The sides mirror the image's, halved and rounded up; what a doubling gives beyond is cut off at
the right and bottom, so the reconstruction has the image's size for every size.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from torch import Tensor, nn
from torch.nn import functional as F

from trasluz.networks.layers import Channels, Unflatten, activation
from trasluz.networks.residual import ConvSection, add_kernel, add_rest, make_block
from trasluz.networks.sizes import Shape, halvings_up, need_flat
from trasluz.networks.trunk import Blocks

WHERE = "model.decoder"


class Config(ConvSection):
    """One stage per entry of ``channels``, from the code outwards: residual blocks, then the side doubles.

    ``hidden``: sizes of dense layers between the code and the first maps.
    """

    channels: Annotated[tuple[Channels, ...], Field(min_length=1)] = (128, 64, 32)
    blocks: Blocks = 0
    hidden: tuple[Channels, ...] = ()


class Double(nn.Module):
    """Moves groups of four channels into 2×2 pixels and cuts the maps to ``height`` × ``width``."""

    def __init__(self, height: int, width: int) -> None:
        super().__init__()
        self.height, self.width = height, width

    def forward(self, maps: Tensor) -> Tensor:
        """``[n, 4c, h, w]`` → ``[n, c, height, width]``."""
        return F.pixel_shuffle(maps, 2)[:, :, : self.height, : self.width]


def build(config: Config, code: tuple[int, ...], shape: Shape) -> nn.Module:
    """The decoder from a flat code to logits of images of ``shape``, of any size.

    Raises:
        RecipeError: the code is not flat.
    """
    numbers = need_flat(code, WHERE)
    stages = len(config.channels)
    heights, widths = halvings_up(shape[1], stages), halvings_up(shape[2], stages)
    network = nn.Sequential()
    _start(network, config, numbers, heights[-1], widths[-1])
    for stage, channels in enumerate(config.channels, 1):
        for block in range(1, config.blocks + 1):
            network.add_module(f"block{stage}_{block}", make_block(channels, config))
        last = stage == stages
        out = shape[0] if last else config.channels[stage]
        if last:
            network.add_module(f"conv{stage}", nn.Conv2d(channels, 4 * out, 3, padding=1))
        else:
            add_kernel(network, str(stage), (channels, 4 * out), config)
        network.add_module(f"double{stage}", Double(heights[stages - stage], widths[stages - stage]))
        if not last:
            add_rest(network, str(stage), out, config)
    return network


def _start(network: nn.Sequential, config: Config, code: int, height: int, width: int) -> None:
    """From the code to the first maps."""
    features = code
    for number, size in enumerate(config.hidden, 1):
        network.add_module(f"hidden{number}", nn.Linear(features, size))
        network.add_module(f"hidden_norm{number}", nn.BatchNorm1d(size))
        network.add_module(f"hidden_activation{number}", activation(config.activation))
        features = size
    network.add_module("dense", nn.Linear(features, config.channels[0] * height * width))
    network.add_module("unflatten", Unflatten(config.channels[0], height, width))
    add_rest(network, "0", config.channels[0], config)
