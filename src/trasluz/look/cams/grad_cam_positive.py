"""Grad-CAM+: Grad-CAM whose weights count positive gradients only, so that channels never count against a class.

It is the weighting of Grad-CAM++ (Chattopadhyay et al. 2018, equation 5) with the same α at every position.
"""

from __future__ import annotations

from torch import Tensor

from trasluz.look.cams._weighted import weighted_sum
from trasluz.messages import N_

NAME = "Grad-CAM+"
HELP = N_("Grad-CAM that counts positive gradients only.")
NEEDS = "gradients"


def signed_map(activations: Tensor, gradients: Tensor) -> Tensor:
    """Σ over channels of (mean over positions of the positive part of the gradient) × activation."""
    return weighted_sum(gradients.clamp_min(0).mean((3, 4)), activations)
