"""Network in Network: 1×1 convolutions after each convolution, and one map per class (Lin, Chen & Yan 2014).

The version for small images is the authors' for CIFAR-10, the other theirs for ImageNet with its first convolution
padded by 2.  Pools are padded, so that sides are halved and rounded up, and the maps of classes have no ReLU, so that
a class cannot fall silent.
"""

from __future__ import annotations

from torch import nn

from trasluz.networks.classic import ClassicSection, add_conv
from trasluz.networks.dropout import Dropout
from trasluz.networks.initialise import initialise
from trasluz.networks.layers import GlobalPool, Rate
from trasluz.networks.sizes import Shape, need_side, wants_small

WHERE = "model.network"
_LEAST = 11  # the first kernel's side

# Per block: side of the kernel, stride, padding, channels of the convolution and of the two 1×1 after it.
_SMALL = ((5, 1, 2, (192, 160, 96)), (5, 1, 2, (192, 192, 192)), (3, 1, 1, (192, 192)))
_LARGE = ((11, 4, 2, (96, 96, 96)), (5, 1, 2, (256, 256, 256)), (3, 1, 1, (384, 384, 384)), (3, 1, 1, (1024, 1024)))


class Config(ClassicSection):
    """``dropout``: after pools, in the version for large images only before the last block."""

    dropout: Rate = 0.5


def build(config: Config, shape: Shape, outputs: int) -> nn.Module:
    """The classifier for images of ``shape`` (channels, height, width), with ``outputs`` scores.

    Raises:
        RecipeError: the version for large images is asked for and these are too small.
    """
    small = wants_small(config.version, shape)
    if not small:
        need_side(shape, _LEAST, WHERE, "Network in Network")
    network = nn.Sequential()
    blocks = _SMALL if small else _LARGE
    before = shape[0]
    for block, (kernel, stride, padding, channels) in enumerate(blocks, 1):
        last = block == len(blocks)
        for number, out in enumerate(channels, 1):
            first = number == 1
            settings = (kernel, stride, padding) if first else (1, 1, 0)
            add_conv(network, f"{block}_{number}", (before, out), config, *settings)
            before = out
        if last:
            scores = nn.Conv2d(before, outputs, 1)
            initialise(scores, config.initial)
            network.add_module("outputs", scores)
        else:
            average = small and block > 1
            network.add_module(
                f"pool{block}", nn.AvgPool2d(3, 2, 1, count_include_pad=False) if average else nn.MaxPool2d(3, 2, 1)
            )
            if config.dropout and (small or block == len(blocks) - 1):
                network.add_module(f"dropout{block}", Dropout(config.dropout))
    network.add_module("head", GlobalPool("average"))
    return network
