"""What likelihoods with a learned width have in common: whose it is, where it starts, and that it stays above 0."""

from __future__ import annotations

import math
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from trasluz.objectives.likelihoods import base
from trasluz.recipe.base import Section

_MOST_LOG = 5.0  # a hundred times the range of the pixels: beyond it nothing is told apart in float32
Whose = Literal["shared", "per-pixel", "decoder"]


class WithWidth(base.Likelihood):
    """A likelihood whose width is a parameter (one, or one per value), or the decoder's second half.

    ``least_log``: the logarithm above which the width stays, by a soft floor (Rybkin et al. 2021, section 4).
    """

    def __init__(self, config: Section, shape: base.Shape, whose: Whose, initial: float, least_log: float) -> None:
        super().__init__(config, shape)
        self.least_log = least_log
        self.start = least_log + math.log(math.expm1(math.log(initial) - least_log))
        if whose == "decoder":
            self.outputs = 2
        else:
            self.free_width = nn.Parameter(torch.full(shape if whose == "per-pixel" else (1,), self.start))

    def log_width(self, raw: Tensor) -> Tensor:
        """Its logarithm for each value, float32: it broadcasts against ``[n, *shape]``."""
        free = self.split(raw)[1].float() + self.start if self.outputs == 2 else self.free_width
        return self.least_log + F.softplus(free.clamp(max=_MOST_LOG) - self.least_log)
