"""Two linear layers from what an encoder found to the mean and the log-variance of a diagonal Gaussian."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from trasluz.networks.initialise import Initialiser, initialise

_WIDEST = 30.0  # |log σ²|; beyond it e^(log σ²) leaves what float32 can add to anything


class GaussianHead(nn.Module):
    """From features of any shape, flattened, to ``latent`` means and as many log-variances."""

    def __init__(self, features: int, latent: int, initial: Initialiser) -> None:
        super().__init__()
        self.mean = nn.Linear(features, latent)
        self.log_variance = nn.Linear(features, latent)
        for layer in (self.mean, self.log_variance):
            initialise(layer, initial)

    def forward(self, features: Tensor) -> Tensor:
        """Means, then log-variances: float32 ``[n, 2·latent]``."""
        flat = features.flatten(1)
        return torch.cat([self.mean(flat).float(), self.log_variance(flat).float().clamp(-_WIDEST, _WIDEST)], 1)
