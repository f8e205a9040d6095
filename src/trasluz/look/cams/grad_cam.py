"""Grad-CAM (Selvaraju et al. 2017, equations 1 and 2): channels weighted by the mean of their gradient."""

from __future__ import annotations

from torch import Tensor

from trasluz.look.cams._weighted import weighted_sum
from trasluz.messages import N_

NAME = "Grad-CAM"
HELP = N_("Channels weighted by the mean of the class's gradient over the map (Selvaraju et al. 2017).")
NEEDS = "gradients"


def signed_map(activations: Tensor, gradients: Tensor) -> Tensor:
    """Σ over channels of (mean over positions of the gradient) × activation; the paper takes its ReLU."""
    return weighted_sum(gradients.mean((3, 4)), activations)
