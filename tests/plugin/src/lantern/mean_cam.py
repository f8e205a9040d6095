"""A class activation map that is the same for every class: the mean over channels."""

from __future__ import annotations

from torch import Tensor

HELP = "The mean over channels."
NEEDS = "activations"


def signed_map(activations: Tensor) -> Tensor:
    """``[n, h, w]``."""
    return activations.mean(1)
