"""Mixup (Zhang et al. 2018, "mixup: Beyond Empirical Risk Minimization", eq. 1), with a weight of its own per sample.

Every sample is mixed with another one of the batch that this process holds: with several processes, partners
are local, while weights depend on nothing but the sample's position.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from trasluz.rng import StepRng

_PROPOSALS = 8  # each is accepted with probability ≥ 0.95; all 8 fail in fewer than 1 of 10^10 draws


def mixup(inputs: tuple[Tensor, ...], labels: Tensor, rng: StepRng, alpha: float) -> tuple[tuple[Tensor, ...], Tensor]:
    """``λ · x[i] + (1 − λ) · x[partner]`` for every tensor of ``inputs`` ``[n, ...]`` and for ``labels``.

    ``labels`` are float ``[n, classes]``.  λ comes from Beta(alpha, alpha), ``alpha`` > 0.  The partner is the next
    sample in a random circle, never the sample itself unless it is alone.  Layouts are kept.
    """
    weight = beta(rng, alpha)
    circle = torch.argsort(rng.uniform("mixup-partner").flatten(), stable=True)
    partner = torch.empty_like(circle).scatter_(0, circle, circle.roll(-1))
    return tuple(_mix(x, partner, weight) for x in inputs), _mix(labels, partner, weight)


def beta(rng: StepRng, alpha: float) -> Tensor:
    """Beta(alpha, alpha) numbers, float32 ``[n]`` in [0, 1], one per position: a ratio of two gamma numbers."""
    return torch.sigmoid(_log_gamma_draw(rng, alpha, "mixup-first") - _log_gamma_draw(rng, alpha, "mixup-second"))


def _log_gamma_draw(rng: StepRng, alpha: float, purpose: str) -> Tensor:
    """Logarithm of Gamma(alpha) numbers (Marsaglia & Tsang 2000, "A simple method for generating gamma variables").

    Draws a fixed number of proposals and takes the first that is accepted, so that no draw depends on another
    sample's luck; for alpha < 1 uses their relation ``Gamma(alpha) = Gamma(alpha + 1) · U^(1/alpha)``.
    """
    shape = alpha if alpha >= 1 else alpha + 1
    d = shape - 1 / 3
    x = rng.normal(purpose, _PROPOSALS)
    u = rng.uniform(purpose + "-uniform", _PROPOSALS + 1)
    v = (1 + x / math.sqrt(9 * d)) ** 3
    log_v = torch.log(v.clamp_min(torch.finfo(v.dtype).tiny))
    accepted = (v > 0) & (torch.log1p(-u[:, :_PROPOSALS]) < 0.5 * x**2 + d - d * v + d * log_v)
    first = accepted.to(torch.int8).argmax(dim=1, keepdim=True)
    log_gamma = math.log(d) + log_v.gather(1, first)[:, 0]
    return log_gamma if alpha >= 1 else log_gamma + torch.log1p(-u[:, _PROPOSALS]) / alpha


def _mix(values: Tensor, partner: Tensor, weight: Tensor) -> Tensor:
    shaped = weight.reshape(-1, *[1] * (values.ndim - 1)).to(values.dtype)
    return torch.lerp(values[partner], values, shaped)
