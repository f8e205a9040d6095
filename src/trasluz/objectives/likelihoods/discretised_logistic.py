"""Discretised logistic: the mass that a logistic density puts on each of 256 grey values.

Kingma et al. 2016, "Improved variational inference with inverse autoregressive flow", section 5; the outermost
values take the tails, as in Salimans et al. 2017, "PixelCNN++", section 2.1.  A mass, so bits per dimension hold.
"""

from __future__ import annotations

from typing import Annotated, ClassVar

import torch
from pydantic import Field
from torch import Tensor
from torch.nn import functional as F

from trasluz.objectives.likelihoods import base
from trasluz.objectives.likelihoods._width import Whose, WithWidth
from trasluz.recipe.base import Section

BINS = 256
_STEP = 1 / (BINS - 1)
_ON_GRID = 1e-3  # of a step: far above what float32 loses, below the 1 / 257 that tells 16-bit values apart
_LEAST_LOG = -7.0  # a scale of 0.0009, a quarter of a step of 8-bit images


class Config(Section):
    """``scale``: one for all pixels (``shared``), one per pixel, or given by the decoder for every pixel of every
    image.  ``initial``: the scale at the start of training, in units of the pixels.
    """

    scale: Whose = "shared"
    initial: Annotated[float, Field(ge=0.001)] = 0.1


class Likelihood(WithWidth):
    """Location σ(raw), which is also the reconstruction; pixels are taken as the nearest of 256 grey values."""

    images_only: ClassVar[bool] = True
    discrete = True

    def __init__(self, config: Config, shape: base.Shape) -> None:
        super().__init__(config, shape, config.scale, config.initial, _LEAST_LOG)

    def negative_log(self, raw: Tensor, targets: Tensor) -> Tensor:
        """−log of the mass of each image's grey values in nats, ``[n]``."""
        return -base.sum_values(log_mass(self.mean(raw), self.log_width(raw), targets.float()))

    def rounds(self, observed: Tensor) -> Tensor:
        """Those with a value that is none of the 256, as floats and 16-bit images have."""
        steps = observed.float() * (BINS - 1)
        found: Tensor = ((steps - steps.round()).abs() > _ON_GRID).flatten(1).any(1)
        return found


def log_mass(location: Tensor, log_scale: Tensor, values: Tensor) -> Tensor:
    """log P(grey value), elementwise; all in units of pixels in [0, 1], ``values`` rounded to 256 steps.

    With a and b the bin's ends in scales, σ(a) − σ(b) = σ(a)·σ(−b)·(1 − e^(b − a)): no difference of two nearly
    equal numbers is formed, so that far pixels keep their gradient.
    """
    grey = (values * (BINS - 1)).round()
    lowest, highest = grey <= 0, grey >= BINS - 1
    narrow = torch.exp(-log_scale)
    upper = (grey * _STEP + _STEP / 2 - location) * narrow
    lower = (grey * _STEP - _STEP / 2 - location) * narrow
    within = torch.log(-torch.expm1(-_STEP * narrow))
    above = torch.where(highest, 0.0, F.logsigmoid(upper))
    below = torch.where(lowest, 0.0, F.logsigmoid(-lower))
    return above + below + torch.where(lowest | highest, 0.0, within)
