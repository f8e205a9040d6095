"""Penalties on the activities of a code that keep most of them small.

Both are made of sums over samples, so that training (a batch) and evaluation (a whole split) use the same formula.
"""

from __future__ import annotations

import torch
from torch import Tensor

_LEAST = 1e-7  # what Keras keeps activities away from 0 and 1 by


def l1(activities: Tensor) -> Tensor:
    """Σ |a| over the numbers of each code, ``[n]`` from ``[n, k]``.

    Averaged over samples it is what Keras' ``ActivityRegularization(l1=1)`` adds to the loss: that sums over the
    batch and divides by its size.
    """
    return activities.float().abs().sum(1)


def kl_to_target(mean_activities: Tensor, target: float) -> Tensor:
    """Σ_j KL(ρ ‖ ρ̂_j) between Bernoulli variables, in nats, 0-d from ``[k]`` (Ng 2011, "Sparse autoencoder", p. 14).

    ρ = ``target``, and ρ̂_j the activity of number j averaged over samples, between 0 and 1.  Keras divides an
    activity regulariser by the batch's size even where it is no sum over samples: a weight w there is w / batch
    size here.
    """
    active = mean_activities.float().clamp(_LEAST, 1.0)
    resting = (1 - mean_activities.float()).clamp(_LEAST, 1.0)
    on, off = torch.tensor(target), torch.tensor(1.0 - target)
    return (on * (on.log() - active.log()) + off * (off.log() - resting.log())).sum()
