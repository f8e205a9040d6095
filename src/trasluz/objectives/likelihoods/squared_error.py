"""Squared error: no likelihood with a scale, but the error that most teaching examples minimise.

Its sum is the negative log-likelihood of a Gaussian with variance 1/2, up to a constant.
"""

from __future__ import annotations

from typing import ClassVar

from torch import Tensor

from trasluz.objectives.likelihoods import base
from trasluz.recipe.base import Section


class Config(Section):
    """Nothing to set."""


class Likelihood(base.Likelihood):
    """Σ (σ(raw) − x)² for images, Σ (raw − x)² otherwise."""

    term: ClassVar[str] = "squared_error"
    normalised = False

    def negative_log(self, raw: Tensor, targets: Tensor) -> Tensor:
        """The squared error of each sample, ``[n]``."""
        return squared_error(self.mean(raw), targets)


def squared_error(reconstruction: Tensor, target: Tensor) -> Tensor:
    """Σ (reconstruction − target)² over the values of each sample, ``[n]`` from two ``[n, ...]``.

    Twice the negative log-likelihood of a Gaussian with variance 1, up to a constant; in units of the targets
    squared.  Computed in float32 whatever the precision of the forward pass.
    """
    return base.sum_values((reconstruction.float() - target.float()).square())
