"""Bernoulli: every pixel is a coin. A likelihood of zeros and ones; of grey pixels it is only a cross-entropy."""

from __future__ import annotations

from typing import ClassVar, Literal

from torch import Tensor
from torch.nn import functional as F

from trasluz.objectives.likelihoods import base
from trasluz.recipe.base import Section
from trasluz.rng import StepRng


class Config(Section):
    """``pixels``: what is observed of a grey pixel.

    ``grey`` takes it as it is.  ``dynamic`` draws 1 with the pixel's own probability, anew in every epoch
    (Salakhutdinov & Murray 2008; Burda et al. 2016); in evaluation always the same draw.  ``threshold`` takes 1
    above one half.  The encoder of a variational autoencoder sees the zeros and ones too.
    """

    pixels: Literal["grey", "dynamic", "threshold"] = "grey"


class Likelihood(base.Likelihood):
    """Raw numbers are logits; normalised only where pixels are made zeros and ones."""

    term: ClassVar[str] = "cross_entropy"
    images_only: ClassVar[bool] = True

    def __init__(self, config: Config, shape: base.Shape) -> None:
        super().__init__(config, shape)
        self.pixels = config.pixels
        self.normalised = self.discrete = self.binarises

    @property
    def binarises(self) -> bool:
        """Whether pixels become zeros and ones."""
        return self.pixels != "grey"

    def observe(self, targets: Tensor, rng: StepRng) -> Tensor:
        """Grey targets, or zeros and ones."""
        if self.pixels == "dynamic":
            return (rng.uniform("binarise", *targets.shape[1:]) < targets).to(targets.dtype)
        return (targets > 0.5).to(targets.dtype) if self.pixels == "threshold" else targets

    def negative_log(self, raw: Tensor, targets: Tensor) -> Tensor:
        """Binary cross-entropy of each image in nats, ``[n]``."""
        return bernoulli_cross_entropy(raw, targets)


def bernoulli_cross_entropy(logits: Tensor, target: Tensor) -> Tensor:
    """−Σ [t·log σ(logits) + (1 − t)·log(1 − σ(logits))] over the values of each sample, in nats: ``[n]``.

    ``target`` lies in [0, 1]; between 0 and 1 the smallest possible value is the target's own entropy, not 0.
    """
    values = F.binary_cross_entropy_with_logits(logits.float(), target.float(), reduction="none")
    return base.sum_values(values)
