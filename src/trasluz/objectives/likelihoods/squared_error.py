"""Squared error: no likelihood with a scale, but the error that most teaching examples minimise.

Its sum is the negative log-likelihood of a Gaussian with variance 1/2, up to a constant.
"""

from __future__ import annotations

from typing import ClassVar

from torch import Tensor
from torch.nn.functional import mse_loss

from trasluz.messages import N_
from trasluz.metrics.described import Metric
from trasluz.objectives.likelihoods import base
from trasluz.recipe.base import Section

METRICS = {"squared_error": Metric(N_("Squared error"), "number", "lower", least=0.0)}


class Config(Section):
    """``linear``: raw numbers are pixels as they are, instead of being bent into [0, 1]; other data always are."""

    linear: bool = False


class Likelihood(base.Likelihood):
    """Σ (σ(raw) − x)² for images, Σ (raw − x)² where ``linear`` and otherwise."""

    term: ClassVar[str] = "squared_error"
    normalised = False

    def __init__(self, config: Config, shape: base.Shape) -> None:
        super().__init__(config, shape)
        self.linear = config.linear or not self.bounded

    def negative_log(self, raw: Tensor, targets: Tensor) -> Tensor:
        """The squared error of each sample, ``[n]``: of the raw numbers where ``linear``, clipped nowhere."""
        return squared_error(raw if self.linear else self.mean(raw), targets)

    def mean(self, raw: Tensor) -> Tensor:
        """The reconstruction: float32 ``[n, *shape]``, for images in [0, 1] (clipped where ``linear``)."""
        if self.linear and self.bounded:
            return raw.float().clamp(0, 1)
        return super().mean(raw)


def squared_error(reconstruction: Tensor, target: Tensor) -> Tensor:
    """Σ (reconstruction − target)² over the values of each sample, ``[n]`` from two ``[n, ...]``.

    Twice the negative log-likelihood of a Gaussian with variance 1, up to a constant; in units of the targets
    squared.  Computed in float32 whatever the precision of the forward pass.
    """
    return base.sum_values(mse_loss(reconstruction.float(), target.float(), reduction="none"))
