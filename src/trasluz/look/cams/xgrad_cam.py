"""XGrad-CAM (Fu et al. 2020, equation 8): gradients averaged over a channel with its activations as weights."""

from __future__ import annotations

import torch
from torch import Tensor

from trasluz.look.cams._weighted import weighted_sum
from trasluz.messages import N_

NAME = "XGrad-CAM"
HELP = N_("Channels weighted by their gradient where they are active (Fu et al. 2020).")
NEEDS = "gradients"


def signed_map(activations: Tensor, gradients: Tensor) -> Tensor:
    """Σ over channels of (Σ gradient × activation / Σ activation) × activation; the paper takes its ReLU.

    A channel whose activations add up to 0 has weight 0.
    """
    total = activations.sum((2, 3))[:, None]
    products = (gradients * activations.unsqueeze(1)).sum((3, 4))
    return weighted_sum(torch.where(total == 0, 0, products / total), activations)
