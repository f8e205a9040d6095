"""Any encoder, and dense layers from its code to the scores: so that an autoencoder's encoder can be used again.

The weights of an autoencoder's ``encoder.*`` are those of ``classifier.encoder.*`` here.
"""

from __future__ import annotations

import math
from typing import Any

from pydantic import Field
from torch import Tensor, nn

from trasluz.networks.choose import build_encoder
from trasluz.networks.dense import DenseSection, dense_stages, flattening, put_first
from trasluz.networks.layers import Channels

ANY_SHAPE = True


class Config(DenseSection):
    """``encoder``: as in ``model.encoder``; ``hidden``: sizes of the dense layers between its code and the scores."""

    encoder: dict[str, Any] = Field(default_factory=lambda: {"name": "dense"})
    hidden: tuple[Channels, ...] = ()


class EncoderClassifier(nn.Module):
    """``head`` after ``encoder``; takes the lengths of sequences where the encoder does."""

    def __init__(self, encoder: nn.Module, head: nn.Module) -> None:
        super().__init__()
        self.encoder, self.head = encoder, head
        self.takes_lengths = bool(getattr(encoder, "takes_lengths", False))

    def forward(self, inputs: Tensor, lengths: Tensor | None = None) -> Tensor:
        """Scores ``[n, outputs]``; ``lengths``: int64 ``[n]``, the real steps of each sequence."""
        code = self.encoder(inputs) if lengths is None else self.encoder(inputs, lengths)
        scores: Tensor = self.head(code)
        return scores


def build(config: Config, shape: tuple[int, ...], outputs: int) -> nn.Module:
    """``encoder`` and ``head``, from samples of ``shape`` to ``outputs`` scores.

    Raises:
        RecipeError: the encoder cannot exist for this shape.
    """
    encoder, code = build_encoder(config.encoder, shape, "model.network.encoder")
    head = dense_stages(config, (math.prod(code), *config.hidden, outputs), "none")
    flatten = flattening(code)
    if flatten is not None:
        head[0] = put_first(head[0], "flatten", flatten)
    return EncoderClassifier(encoder, head)
