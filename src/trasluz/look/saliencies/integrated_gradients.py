"""Integrated gradients (Sundararajan, Taly and Yan 2017, equation 1): what each pixel adds to the score on the
straight way from a baseline to the image.

The values add up to S(image) − S(baseline), the axiom that the paper calls completeness; by how much the sum over
steps misses that is given beside them.
"""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
import torch
from pydantic import Field
from torch import Tensor

from trasluz.look.saliencies import Attribution, Explained
from trasluz.messages import N_
from trasluz.recipe.base import Section

NAME = N_("integrated gradients")
HELP = N_(
    "What each pixel adds to the score on the way from an empty image; the values add up to the difference of the "
    "scores (Sundararajan et al. 2017)."
)
WARNING = ""
ADDS_UP = True
Baseline = Literal["black", "white", "mean"]
BASELINES = {"black": N_("a black image"), "white": N_("a white image"), "mean": N_("the image's mean")}


class Config(Section):
    """``baseline``: the image without anything in it: black (as in the paper), white, or the mean of the image's
    channel.  ``steps``: points on the way, those of Gauss and Legendre, which need fewer than even ones."""

    baseline: Baseline = "black"
    steps: Annotated[int, Field(ge=1, le=1000)] = 64


def attribute(explained: Explained, inputs: Tensor, classes: Tensor, positions: Tensor, config: Config) -> Attribution:
    """(x − x′) ∫₀¹ ∂S/∂x at x′ + α (x − x′) dα.  The error is |Σ values − (S(x) − S(x′))| / |S(x) − S(x′)|."""
    start = _empty(explained, inputs, config.baseline)
    way = inputs - start
    nodes, weights = np.polynomial.legendre.leggauss(config.steps)
    total: Tensor | None = None
    for node, weight in zip((nodes + 1) / 2, weights / 2, strict=True):
        found = float(weight) * explained.gradients(start + float(node) * way, classes)
        total = found if total is None else total + found
    assert total is not None, "there is at least one step"
    values = total * way.unsqueeze(1)
    gained = explained.scores(inputs, classes) - explained.scores(start, classes)
    missed = (values.sum((2, 3, 4)) - gained).abs()
    return Attribution(values, torch.where(missed == 0, 0, missed / gained.abs()))


def _empty(explained: Explained, inputs: Tensor, baseline: Baseline) -> Tensor:
    if baseline == "mean":
        return inputs.mean((2, 3), keepdim=True).expand_as(inputs)
    return explained.normalise(torch.full_like(inputs, 0.0 if baseline == "black" else 1.0))
