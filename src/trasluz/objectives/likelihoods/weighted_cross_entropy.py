"""Weighted cross-entropy: the binary cross-entropy of grey pixels with a factor, as teaching examples balance terms.

The term is logged without the factor; only its share of the loss changes.
"""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field
from torch import Tensor

from trasluz.objectives.likelihoods import base
from trasluz.objectives.likelihoods.bernoulli import bernoulli_cross_entropy
from trasluz.recipe.base import Section


class Config(Section):
    """``weight``: factor of the cross-entropy in the loss."""

    weight: Annotated[float, Field(gt=0)] = 1.0


class Likelihood(base.Likelihood):
    """Raw numbers are logits; grey pixels make it a cross-entropy and no likelihood."""

    term: ClassVar[str] = "cross_entropy"
    images_only: ClassVar[bool] = True
    normalised = False

    def __init__(self, config: Config, shape: base.Shape) -> None:
        super().__init__(config, shape)
        self.weight = config.weight

    def negative_log(self, raw: Tensor, targets: Tensor) -> Tensor:
        """Binary cross-entropy of each image in nats, ``[n]``, without the weight."""
        return bernoulli_cross_entropy(raw, targets)
