"""Grad-CAM++ (Chattopadhyay et al. 2018, equations 5 and 19): positive gradients, each position weighted by its α.

With Y = exp(S) of a score S that is piecewise linear in the activations, equation 19 is

    α = g² / (2 g² + Σ_ab A_ab · g³)        g = ∂S/∂A at the position, the sum over the positions of its channel

For g ≠ 0 that equals 1 / (2 + g · Σ A), which needs no epsilon and loses nothing to underflow, however small g is;
where g = 0 the position has no weight, because equation 5 multiplies α by the positive part of the gradient.  The
common factor exp(S) of that gradient is left out: it only scales the map of a class, and overflows.
"""

from __future__ import annotations

import torch
from torch import Tensor

from trasluz.look.cams._weighted import weighted_sum
from trasluz.messages import N_

NAME = "Grad-CAM++"
HELP = N_("Grad-CAM with a weight for every position, which serves several objects of a class (Chattopadhyay 2018).")
NEEDS = "gradients"


def signed_map(activations: Tensor, gradients: Tensor) -> Tensor:
    """Σ over channels of (Σ over positions of α × positive gradient) × activation; the paper takes its ReLU."""
    total = activations.sum((2, 3))[:, None, :, None, None]
    positive = gradients.clamp_min(0)  # α counts nowhere else
    denominator = (positive * total).add_(2)  # in place: gradients are the largest tensors of all
    weights = positive / denominator
    if bool((total < 0).any()):  # Of negative activations the paper does not speak; what they make infinite counts 0.
        weights = torch.where(denominator == 0, 0, weights)
    places = activations.shape[2] * activations.shape[3]
    return weighted_sum(places * weights.mean((3, 4)), activations)
