"""AlexNet in one column (Krizhevsky 2014, "One weird trick"), as torchvision has it, for large and small images.

The version for small images begins with a 5×5 convolution that keeps the side, pads its pools, so that sides are
halved and rounded up, and has 1,024 features in its dense layers.
"""

from __future__ import annotations

from torch import nn

from trasluz.networks.classic import DenseEndSection, add_conv, add_dense
from trasluz.networks.sizes import Shape, need_side, wants_small

WHERE = "model.network"
_LEAST = 63  # the third pool still has a window


class Config(DenseEndSection):
    """See ``DenseEndSection``; dropout precedes all dense layers but the last."""


def build(config: Config, shape: Shape, outputs: int) -> nn.Module:
    """The classifier for images of ``shape`` (channels, height, width), with ``outputs`` scores.

    Raises:
        RecipeError: the version for large images is asked for and these are too small.
    """
    small = wants_small(config.version, shape)
    if not small:
        need_side(shape, _LEAST, WHERE, "AlexNet")
    network = nn.Sequential()
    kernel, stride = (5, 1) if small else (11, 4)
    add_conv(network, "1", (shape[0], 64), config, kernel, stride, 2)
    network.add_module("pool1", _pool(small))
    add_conv(network, "2", (64, 192), config, 5)
    network.add_module("pool2", _pool(small))
    for name, channels in (("3", (192, 384)), ("4", (384, 256)), ("5", (256, 256))):
        add_conv(network, name, channels, config)
    network.add_module("pool5", _pool(small))
    places = -(-shape[1] // 8) * -(-shape[2] // 8)
    if not small:
        network.add_module("average", nn.AdaptiveAvgPool2d(6))
        places = 36
    network.add_module("flatten", nn.Flatten())  # channels slowest, so that torchvision's weights fit
    dense = config.dense if config.dense is not None else (1024, 1024) if small else (4096, 4096)
    add_dense(network, config, (256 * places, *dense, outputs), spared=len(dense))
    return network


def _pool(small: bool) -> nn.MaxPool2d:
    return nn.MaxPool2d(3, 2, padding=1 if small else 0)
