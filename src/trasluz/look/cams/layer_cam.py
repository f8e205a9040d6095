"""LayerCAM (Jiang et al. 2021, equations 5 and 6): positive gradient × activation at every position.

Each position has a weight of its own, so that the map also serves early layers with large maps.
"""

from __future__ import annotations

from torch import Tensor

from trasluz.messages import N_

NAME = "LayerCAM"
HELP = N_("Positive gradient times activation at every position; serves early layers too (Jiang et al. 2021).")
NEEDS = "gradients"


def signed_map(activations: Tensor, gradients: Tensor) -> Tensor:
    """Σ over channels of the positive part of the gradient × activation; the paper takes its ReLU."""
    return (gradients.clamp_min(0) * activations.unsqueeze(1)).sum(2)
