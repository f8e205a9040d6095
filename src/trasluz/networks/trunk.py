"""A residual trunk: stages that halve the side, each followed by residual blocks.

Sides are rounded up when they halve, so that images of any size pass.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from torch import Tensor, nn
from torch.nn import functional as F

from trasluz.networks.layers import Channels, Kernel
from trasluz.networks.residual import ConvSection, add_kernel, add_rest, make_block
from trasluz.networks.sizes import halvings_up
from trasluz.recipe.base import Section

Down = Literal["stride", "max", "average", "unshuffle"]
Blocks = Annotated[int, Field(ge=0, le=64)]


class StemSection(Section):
    """A convolution before the first stage; ``stride`` 2 and ``pool`` each halve the side."""

    channels: Channels = 32
    kernel: Kernel = 3
    stride: Literal[1, 2] = 1
    pool: bool = False


class TrunkSection(ConvSection):
    """One stage per entry of ``channels``.

    A stage is a convolution that halves the side, normalisation and activation, then ``blocks`` residual blocks
    (one number for all stages, or one per stage; the last serves those beyond).  ``down`` says how the side halves:
    by the convolution's stride, by a pool right after it (before the norm, which then has a quarter of the work), or by
    moving 2×2 pixels into channels before it.  With ``halve_first: false`` the first stage keeps the side, and has
    no such convolution where it would not change the channels either.  ``kernel`` is that convolution's.
    """

    channels: Annotated[tuple[Channels, ...], Field(min_length=1)] = (32, 64, 128)
    blocks: Blocks | Annotated[tuple[Blocks, ...], Field(min_length=1)] = 1
    down: Down = "max"
    halve_first: bool = True
    kernel: Kernel = 3
    stem: StemSection | None = None


class Unshuffle(nn.Module):
    """Moves 2×2 pixels into channels; odd sides are first padded with zeros at the right and bottom."""

    def forward(self, maps: Tensor) -> Tensor:
        """``[n, c, h, w]`` → ``[n, 4c, ⌈h/2⌉, ⌈w/2⌉]``."""
        height, width = maps.shape[2:]
        if height % 2 or width % 2:
            maps = F.pad(maps, (0, width % 2, 0, height % 2))
        return F.pixel_unshuffle(maps, 2)


def add_trunk(network: nn.Sequential, section: TrunkSection, channels: int) -> int:
    """Appends stem and stages to ``network``; returns the channels of the last maps."""
    if section.stem is not None:
        channels = _add_stem(network, section, section.stem, channels)
    for stage, out in enumerate(section.channels, 1):
        _add_stage(network, section, stage, channels, out)
        channels = out
    return channels


def sides(section: TrunkSection, side: int) -> list[int]:
    """``side`` and what each halving leaves of it, rounded up."""
    return halvings_up(side, _halvings(section))


def blocks_at(section: TrunkSection, stage: int) -> int:
    """Residual blocks of stage 1, 2, …"""
    if isinstance(section.blocks, int):
        return section.blocks
    return section.blocks[min(stage, len(section.blocks)) - 1]


def _halvings(section: TrunkSection) -> int:
    stem = section.stem
    before = 0 if stem is None else (stem.stride == 2) + stem.pool
    return before + len(section.channels) - (not section.halve_first)


def _add_stem(network: nn.Sequential, section: TrunkSection, stem: StemSection, channels: int) -> int:
    add_kernel(network, "_stem", (channels, stem.channels), section, stem.kernel, stem.stride)
    if stem.pool:
        network.add_module("pool_stem", nn.MaxPool2d(2, ceil_mode=True))
    add_rest(network, "_stem", stem.channels, section)
    return stem.channels


def _add_stage(network: nn.Sequential, section: TrunkSection, stage: int, channels: int, out: int) -> None:
    down = section.down if stage > 1 or section.halve_first else None
    if down is not None or channels != out:
        _add_change(network, section, stage, (channels, out), down)
    for block in range(1, blocks_at(section, stage) + 1):
        network.add_module(f"block{stage}_{block}", make_block(out, section))


def _add_change(
    network: nn.Sequential, section: TrunkSection, stage: int, sizes: tuple[int, int], down: Down | None
) -> None:
    """Appends the convolution that changes channels and halves the side, unless ``down`` is ``None``."""
    channels, out = sizes
    if down == "unshuffle":
        network.add_module(f"unshuffle{stage}", Unshuffle())
        channels *= 4
    add_kernel(network, str(stage), (channels, out), section, section.kernel, 2 if down == "stride" else 1)
    if down == "max":
        network.add_module(f"pool{stage}", nn.MaxPool2d(2, ceil_mode=True))
    elif down == "average":
        network.add_module(f"pool{stage}", nn.AvgPool2d(2, ceil_mode=True))
    add_rest(network, str(stage), out, section)
