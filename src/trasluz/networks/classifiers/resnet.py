"""ResNet-18 and ResNet-34 (He et al. 2016, table 1), timm's, with fresh weights; for large and small images.

The version for small images begins as the authors' for CIFAR-10: a 3×3 convolution that keeps the side, no pool.
"""

from __future__ import annotations

from typing import Literal

from torch import nn

from trasluz.networks.initialise import initialise
from trasluz.networks.layers import Rate
from trasluz.networks.sizes import Shape, Version, wants_small
from trasluz.recipe.base import Section


class Config(Section):
    """``depth``: layers with weights.  ``version``: which first layers; ``auto`` takes those for small images below
    64 pixels.  ``dropout``: before the last layer.
    """

    depth: Literal[18, 34] = 18
    version: Version = "auto"
    dropout: Rate = 0.0


def build(config: Config, shape: Shape, outputs: int) -> nn.Module:
    """The classifier for images of ``shape`` (channels, height, width), with ``outputs`` scores; of any size."""
    import timm

    name = f"resnet{config.depth}"
    network: nn.Module = timm.create_model(name, in_chans=shape[0], num_classes=outputs, drop_rate=config.dropout)
    if wants_small(config.version, shape):
        conv = nn.Conv2d(shape[0], 64, 3, padding=1, bias=False)
        initialise(conv, "he-normal-out")
        network.add_module("conv1", conv)
        network.add_module("maxpool", nn.Identity())
    return network
