"""Continuous Bernoulli: the density on [0, 1] that grey pixels need where Bernoulli is only a cross-entropy.

Loaiza-Ganem & Cunningham 2019, "The continuous Bernoulli: fixing a pervasive error in variational autoencoders".
Written in the logit l = log(λ / (1 − λ)), in which the density is proportional to e^(l·x) and no λ is special but
l = 0, where series take over.
"""

from __future__ import annotations

import math
from typing import ClassVar

import torch
from torch import Tensor

from trasluz.objectives.likelihoods import base
from trasluz.objectives.likelihoods.bernoulli import bernoulli_cross_entropy
from trasluz.recipe.base import Section

_SMALL = 0.25  # below it the series are exact to float32


class Config(Section):
    """Nothing to set."""


class Likelihood(base.Likelihood):
    """Raw numbers are logits of λ, which is not the mean: ``mean`` is."""

    images_only: ClassVar[bool] = True

    def negative_log(self, raw: Tensor, targets: Tensor) -> Tensor:
        """−log p of each image, ``[n]``: nats of a density on the unit cube, so it can be negative."""
        return bernoulli_cross_entropy(raw, targets) - base.sum_values(log_normaliser(raw.float()))

    def mean(self, raw: Tensor) -> Tensor:
        """E[x], in [0, 1] (equation 8 of the paper)."""
        return expectation(raw.float())


def log_normaliser(logits: Tensor) -> Tensor:
    """log C(λ) = log(2·artanh(1 − 2λ) / (1 − 2λ)) (equation 5) = log(l / tanh(l / 2)), elementwise."""
    magnitude = logits.abs()
    near = magnitude < _SMALL
    far = torch.where(near, 1.0, magnitude)  # keeps the gradient of the branch not taken finite
    square = torch.where(near, logits, 0.0).square()
    series = math.log(2) + square / 12 - 7 * square.square() / 1440
    return torch.where(near, series, far.log() - torch.tanh(far / 2).log())


def expectation(logits: Tensor) -> Tensor:
    """E[x] = ½·coth(l / 2) + ½ − 1 / l, elementwise; ½ + l / 12 − l³ / 720 + … near l = 0."""
    near = logits.abs() < _SMALL
    far = torch.where(near, 1.0, logits)
    small = torch.where(near, logits, 0.0)
    series = 0.5 + small / 12 - small**3 / 720
    return torch.where(near, series, 0.5 + 0.5 / torch.tanh(far / 2) - 1 / far)
