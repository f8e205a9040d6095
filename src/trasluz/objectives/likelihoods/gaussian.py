"""Gaussian with a learned width: the squared error weighs itself (Rybkin, Daniilidis & Levine 2021, "σ-VAE").

A density: its negative logarithm falls below 0 as reconstructions get better than σ = 0.24.
"""

from __future__ import annotations

import math
from typing import Annotated

import torch
from pydantic import Field
from torch import Tensor

from trasluz.objectives.likelihoods import base
from trasluz.objectives.likelihoods._width import Whose, WithWidth
from trasluz.recipe.base import Section

_LEAST_LOG = -6.0  # σ stays above 0.0025, over half a step of 8-bit images, and the density finite


class Config(Section):
    """``sigma``: one width for all values (``shared``), one per value of a sample (``per-pixel``), or given by the
    decoder for every value of every sample (``decoder``).  ``initial``: σ at the start of training.
    """

    sigma: Whose = "shared"
    initial: Annotated[float, Field(ge=0.003)] = 0.3


class Likelihood(WithWidth):
    """The mean is σ(raw) for images, raw otherwise."""

    def __init__(self, config: Config, shape: base.Shape) -> None:
        super().__init__(config, shape, config.sigma, config.initial, _LEAST_LOG)

    def negative_log(self, raw: Tensor, targets: Tensor) -> Tensor:
        """½·((x − μ) / σ)² + log σ + ½·log 2π, summed over each sample: ``[n]``."""
        log_sigma = self.log_width(raw)
        scaled = (targets.float() - self.mean(raw)) * torch.exp(-log_sigma)
        return base.sum_values(0.5 * scaled.square() + log_sigma + 0.5 * math.log(2 * math.pi))
