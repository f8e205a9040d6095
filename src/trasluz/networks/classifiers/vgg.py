"""VGG: chains of 3×3 convolutions between pools (Simonyan & Zisserman 2015, table 1), for large and small images.

The version for small images rounds sides up when it halves them, so that five pools leave a pixel, averages nothing,
and has 512 features in its dense layers.
"""

from __future__ import annotations

from typing import Literal

from torch import nn

from trasluz.networks.classic import DenseEndSection, add_conv, add_dense
from trasluz.networks.sizes import Shape, need_side, wants_small

WHERE = "model.network"
_CHANNELS = (64, 128, 256, 512, 512)
_CONVOLUTIONS = {11: (1, 1, 2, 2, 2), 13: (2, 2, 2, 2, 2), 16: (2, 2, 3, 3, 3), 19: (2, 2, 4, 4, 4)}


class Config(DenseEndSection):
    """``depth``: layers with weights.  Dropout precedes all dense layers but the first."""

    depth: Literal[11, 13, 16, 19] = 16


def build(config: Config, shape: Shape, outputs: int) -> nn.Module:
    """The classifier for images of ``shape`` (channels, height, width), with ``outputs`` scores.

    Raises:
        RecipeError: the version for large images is asked for and these are too small.
    """
    small = wants_small(config.version, shape)
    if not small:
        need_side(shape, 2 ** len(_CHANNELS), WHERE, f"VGG-{config.depth}")
    network = nn.Sequential()
    channels = shape[0]
    for stage, (out, count) in enumerate(zip(_CHANNELS, _CONVOLUTIONS[config.depth], strict=True), 1):
        for number in range(1, count + 1):
            add_conv(network, f"{stage}_{number}", (channels, out), config)
            channels = out
        network.add_module(f"pool{stage}", nn.MaxPool2d(2, ceil_mode=small))
    places = -(-shape[1] // 32) * -(-shape[2] // 32)
    if not small:
        network.add_module("average", nn.AdaptiveAvgPool2d(7))
        places = 49
    network.add_module("flatten", nn.Flatten())  # channels slowest, so that torchvision's weights fit
    dense = config.dense if config.dense is not None else (512, 512) if small else (4096, 4096)
    add_dense(network, config, (channels * places, *dense, outputs), spared=0)
    return network
