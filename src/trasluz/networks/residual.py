"""Residual blocks: ``x + f(x)`` (He et al. 2016, "Deep residual learning for image recognition")."""

from __future__ import annotations

from typing import Literal

from torch import Tensor, nn

from trasluz.networks.initialise import Initialiser, initialise
from trasluz.networks.layers import Activation, NormSection, activation, batch_norm
from trasluz.recipe.base import Section

BlockKind = Literal["basic", "light"]


class ConvSection(Section):
    """What every convolution of a residual network has in common."""

    activation: Activation = "relu"
    norm: NormSection | None = NormSection()
    initial: Initialiser = "torch"
    block: BlockKind = "basic"


def add_kernel(
    network: nn.Sequential, name: str, channels: tuple[int, int], section: ConvSection, kernel: int = 3, stride: int = 1
) -> None:
    """Appends ``conv<name>`` from ``channels[0]`` to ``channels[1]``, padded so that stride 1 keeps the side."""
    before, after = channels
    conv = nn.Conv2d(before, after, kernel, stride, padding=kernel // 2, bias=section.norm is None)
    initialise(conv, section.initial)
    network.add_module(f"conv{name}", conv)


def add_rest(network: nn.Sequential, name: str, channels: int, section: ConvSection) -> None:
    """Appends ``norm<name>`` and ``activation<name>``."""
    if section.norm is not None:
        network.add_module(f"norm{name}", batch_norm(channels, section.norm))
    network.add_module(f"activation{name}", activation(section.activation))


def make_block(channels: int, section: ConvSection) -> nn.Module:
    """The residual block that ``section`` asks for; keeps the shape of its maps."""
    return Basic(channels, section) if section.block == "basic" else Light(channels, section)


class Basic(nn.Module):
    """Two convolutions, activation after the sum; the last norm starts at 0 (Goyal et al. 2017, section 5.1)."""

    def __init__(self, channels: int, section: ConvSection) -> None:
        super().__init__()
        self.body = nn.Sequential()
        add_kernel(self.body, "1", (channels, channels), section)
        add_rest(self.body, "1", channels, section)
        add_kernel(self.body, "2", (channels, channels), section)
        if section.norm is not None:
            last = batch_norm(channels, section.norm)
            nn.init.zeros_(last.get_parameter("weight"))
            self.body.add_module("norm2", last)
        self.activation = activation(section.activation)

    def forward(self, maps: Tensor) -> Tensor:
        """Maps of the same shape."""
        summed: Tensor = self.activation(maps + self.body(maps))
        return summed


class Light(nn.Module):
    """One convolution with normalisation and activation, added to its input."""

    def __init__(self, channels: int, section: ConvSection) -> None:
        super().__init__()
        self.body = nn.Sequential()
        add_kernel(self.body, "", (channels, channels), section)
        add_rest(self.body, "", channels, section)

    def forward(self, maps: Tensor) -> Tensor:
        """Maps of the same shape."""
        summed: Tensor = maps + self.body(maps)
        return summed
