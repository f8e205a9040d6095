"""Dense layers down to a flat code, for samples of any shape. Without hidden layers it is one linear map."""

from __future__ import annotations

import math

from torch import nn

from trasluz.networks.dense import DenseSection, dense_stages, flattening, put_first
from trasluz.networks.layers import Activation, Channels

ANY_SHAPE = True


class Config(DenseSection):
    """``code``: numbers of the code; ``code_activation``: what it passes through.

    ``hidden: []`` and no ``code_activation`` make the linear encoder that squared error turns into PCA.
    """

    code: Channels = 30
    code_activation: Activation = "none"


def build(config: Config, shape: tuple[int, ...]) -> nn.Module:
    """The encoder from samples of ``shape`` to codes ``[n, code]``, one stage per layer."""
    stages = dense_stages(config, (math.prod(shape), *config.hidden, config.code), config.code_activation)
    flatten = flattening(shape)
    if flatten is not None:
        stages[0] = put_first(stages[0], "flatten", flatten)
    return stages
