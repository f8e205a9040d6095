"""Steps that the classic networks share: a convolution with what follows it, and the dense layers at the end."""

from __future__ import annotations

from itertools import pairwise

from torch import nn

from trasluz.networks.dropout import Dropout
from trasluz.networks.initialise import Initialiser, initialise
from trasluz.networks.layers import Channels, NormSection, Rate, batch_norm
from trasluz.networks.sizes import Version
from trasluz.recipe.base import Section


class ClassicSection(Section):
    """``version``: ``large`` is the network as published, for photographs; ``small`` keeps its layers but the first
    steps and the pools, so that small images are not gone before its end; ``auto`` chooses by the images' size.

    ``norm`` puts batch normalisation between each convolution and its activation; published without it.
    """

    version: Version = "auto"
    norm: NormSection | None = None
    initial: Initialiser = "he-normal-out"


class DenseEndSection(ClassicSection):
    """``dense``: sizes of the hidden dense layers; ``None`` takes those of the version.  ``dropout``: around them."""

    dense: tuple[Channels, ...] | None = None
    dropout: Rate = 0.5


def add_conv(
    network: nn.Sequential,
    name: str,
    channels: tuple[int, int],
    section: ClassicSection,
    kernel: int = 3,
    stride: int = 1,
    padding: int | None = None,
) -> None:
    """Appends ``conv<name>``, its batch normalisation and its ReLU; by default padded to keep the side."""
    conv = nn.Conv2d(*channels, kernel, stride, kernel // 2 if padding is None else padding)
    initialise(conv, section.initial)
    network.add_module(f"conv{name}", conv)
    if section.norm is not None:
        network.add_module(f"norm{name}", batch_norm(channels[1], section.norm))
    network.add_module(f"activation{name}", nn.ReLU())


def add_dense(network: nn.Sequential, section: DenseEndSection, sizes: tuple[int, ...], spared: int) -> None:
    """Appends dense layers ``dense1`` … ``outputs`` from ``sizes[0]`` features to ``sizes[-1]`` scores.

    Dropout precedes every layer but the one numbered ``spared`` from 0.
    """
    last = len(sizes) - 2
    for number, (features, size) in enumerate(pairwise(sizes)):
        if section.dropout and number != spared:
            network.add_module(f"dropout{number + 1}", Dropout(section.dropout))
        dense = nn.Linear(features, size)
        initialise(dense, section.initial)
        network.add_module("outputs" if number == last else f"dense{number + 1}", dense)
        if number != last:
            network.add_module(f"dense_activation{number + 1}", nn.ReLU())
