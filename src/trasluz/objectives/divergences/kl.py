"""Kullback–Leibler divergence of each sample's diagonal Gaussian posterior from the standard normal prior.

Kingma & Welling 2014, "Auto-encoding variational Bayes", appendix B.  With β 1, and a likelihood for a
reconstruction, what is minimised is minus the evidence lower bound; other β are Higgins et al. 2017, "β-VAE".
"""

from __future__ import annotations

from typing import Annotated

import torch
from pydantic import Field
from torch import Tensor

from trasluz.messages import N_
from trasluz.metrics.described import Metric
from trasluz.objectives.divergences._codes import Codes
from trasluz.recipe.base import Section
from trasluz.rng import StepRng

METRICS = {"kl": Metric(N_("KL from the prior"), "number", "lower", least=0.0)}


class Config(Section):
    """``beta``: weight of the divergence against the sum over pixels.

    ``warmup``: share of a phase's epochs over which β rises from 0 (Bowman et al. 2016).  ``free_bits``: nats of
    each dimension that cost nothing, of its mean over the batch (Kingma et al. 2016, section 8 C: λ of equation 15).
    """

    beta: Annotated[float, Field(ge=0)] = 1.0
    warmup: Annotated[float, Field(ge=0, le=1)] = 0.0
    free_bits: Annotated[float, Field(ge=0)] = 0.0


def per_dimension(mean: Tensor, log_variance: Tensor) -> Tensor:
    """½·(μ² + e^(log σ²) − 1 − log σ²) of each sample and dimension in nats: ``[n, d]``."""
    mean, log_variance = mean.float(), log_variance.float()
    return 0.5 * (mean.square() + torch.expm1(log_variance) - log_variance)


def term(config: Config, codes: Codes, rng: StepRng) -> Tensor:
    """Σ over dimensions of the batch's mean divergence, none below ``free_bits``."""
    each = per_dimension(codes.mean, codes.log_variance)
    mean = each.mean(0) if codes.weights is None else codes.weights @ each / codes.weights.sum().clamp_min(1e-12)
    return (mean.clamp_min(config.free_bits) if config.free_bits else mean).sum()


def weight(config: Config, done: Tensor | float) -> Tensor | float:
    """β, rising over the first ``warmup`` of the phase."""
    if not config.warmup:
        return config.beta
    risen = done / config.warmup
    return config.beta * (risen.clamp(max=1.0) if isinstance(risen, Tensor) else min(1.0, risen))


def watched(config: Config, codes: Codes, rng: StepRng) -> dict[str, Tensor]:
    """Nothing: the divergence of each dimension is measured for every family with posteriors."""
    return {}
