"""Dense layers from a code to samples of any shape: the mirror of the dense encoder."""

from __future__ import annotations

import math
from typing import cast

from torch import nn

from trasluz.networks.dense import DenseSection, dense_stages, flattening, put_first, shaping

ANY_SHAPE = True


class Config(DenseSection):
    """As the encoder's: ``hidden`` from the code to the sample, so the encoder's own in reverse to mirror it."""


def build(config: Config, code: tuple[int, ...], shape: tuple[int, ...]) -> nn.Module:
    """The decoder from codes of shape ``code`` to raw outputs of ``shape``, one stage per layer."""
    stages = dense_stages(config, (math.prod(code), *config.hidden, math.prod(shape)), "none")
    flatten, shape_again = flattening(code), shaping(shape)
    if flatten is not None:
        stages[0] = put_first(stages[0], "flatten", flatten)
    if shape_again is not None:
        cast(nn.Sequential, stages[-1]).add_module("shape", shape_again)
    return stages
