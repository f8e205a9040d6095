"""HiResCAM (Draelos and Carin 2020, equation 3): gradient × activation at every position, summed over channels."""

from __future__ import annotations

from torch import Tensor

from trasluz.messages import N_

NAME = "HiResCAM"
HELP = N_("Gradient times activation at every position: shows only what raised the score (Draelos and Carin 2020).")
NEEDS = "gradients"


def signed_map(activations: Tensor, gradients: Tensor) -> Tensor:
    """Σ over channels of gradient × activation."""
    return (gradients * activations.unsqueeze(1)).sum(2)
