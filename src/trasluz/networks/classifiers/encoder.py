"""Any encoder, and dense layers from its code to the scores: so that an autoencoder's encoder can be used again.

The weights of an autoencoder's ``encoder.*`` are those of ``classifier.encoder.*`` here.
"""

from __future__ import annotations

import math
from typing import Any

from pydantic import Field
from torch import nn

from trasluz.networks.choose import build_encoder
from trasluz.networks.dense import DenseSection, dense_stages, flattening, put_first
from trasluz.networks.layers import Channels

ANY_SHAPE = True


class Config(DenseSection):
    """``encoder``: as in ``model.encoder``; ``hidden``: sizes of the dense layers between its code and the scores."""

    encoder: dict[str, Any] = Field(default_factory=lambda: {"name": "dense"})
    hidden: tuple[Channels, ...] = ()


def build(config: Config, shape: tuple[int, ...], outputs: int) -> nn.Module:
    """``encoder`` and ``head``, from samples of ``shape`` to ``outputs`` scores.

    Raises:
        RecipeError: the encoder cannot exist for this shape.
    """
    encoder, code = build_encoder(config.encoder, shape)
    head = dense_stages(config, (math.prod(code), *config.hidden, outputs), "none")
    flatten = flattening(code)
    if flatten is not None:
        head[0] = put_first(head[0], "flatten", flatten)
    network = nn.Sequential()
    network.add_module("encoder", encoder)
    network.add_module("head", head)
    return network
