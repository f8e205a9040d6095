"""SmoothGrad (Smilkov et al. 2017): the mean of the gradients of noisy copies of the image."""

from __future__ import annotations

from typing import Annotated

import torch
from pydantic import Field
from torch import Tensor

from trasluz.look.saliencies import Attribution, Explained
from trasluz.messages import N_
from trasluz.recipe.base import Section
from trasluz.rng import Rng

NAME = "SmoothGrad"
HELP = N_("The mean gradient over copies of the image with noise, which calms the speckle (Smilkov et al. 2017).")
WARNING = ""
ADDS_UP = False


class Config(Section):
    """``noise``: its standard deviation as a share of the image's range, 0.1 to 0.2 in the paper.  ``samples``: noisy
    copies; the paper finds little gain beyond 50."""

    noise: Annotated[float, Field(gt=0, le=1)] = 0.15
    samples: Annotated[int, Field(ge=1, le=1000)] = 25


def attribute(explained: Explained, inputs: Tensor, classes: Tensor, positions: Tensor, config: Config) -> Attribution:
    """(1/N) Σ ∂S/∂x at x + noise, noise from N(0, (σ · range of x)²)."""
    rng, flat = Rng(0), inputs.flatten(1)
    width = (config.noise * (flat.amax(1) - flat.amin(1))).reshape(-1, 1, 1, 1)
    total: Tensor | None = None
    for sample in range(config.samples):
        noise = rng.normal("smooth-grad", sample, positions, *inputs.shape[1:]).to(inputs)
        found = explained.gradients(inputs + width * noise, classes)
        total = found if total is None else total + found
    assert total is not None, "there is at least one sample"
    return Attribution(torch.div(total, config.samples))
