"""The sum over channels that many methods end with."""

from __future__ import annotations

import torch
from torch import Tensor


def weighted_sum(weights: Tensor, activations: Tensor) -> Tensor:
    """Σ over channels of weight × activation: ``[n, k, c]`` and ``[n, c, h, w]`` → ``[n, k, h, w]``."""
    summed = torch.bmm(weights, activations.flatten(2))
    return summed.reshape(*summed.shape[:2], *activations.shape[2:])
