"""Reconstruction errors as negative log-likelihoods, summed over all values of a sample."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional as F


def squared_error(reconstruction: Tensor, target: Tensor) -> Tensor:
    """Σ (reconstruction − target)² over the values of each sample, ``[n]`` from two ``[n, ...]``.

    Twice the negative log-likelihood of a Gaussian with variance 1, up to a constant; in units of the targets
    squared.  Computed in float32 whatever the precision of the forward pass.
    """
    return (reconstruction.float() - target.float()).square().flatten(1).sum(1)


def bernoulli_cross_entropy(logits: Tensor, target: Tensor) -> Tensor:
    """−Σ [t·log σ(logits) + (1 − t)·log(1 − σ(logits))] over the values of each sample, in nats: ``[n]``.

    ``target`` lies in [0, 1]; between 0 and 1 the smallest possible value is the target's own entropy, not 0.
    """
    values = F.binary_cross_entropy_with_logits(logits.float(), target.float(), reduction="none")
    return values.flatten(1).sum(1)
