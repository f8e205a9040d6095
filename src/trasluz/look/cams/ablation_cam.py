"""Ablation-CAM (Ramaswamy and Desai 2020, equations 4 and 5): channels weighted by what the score loses without them.

The paper divides the loss by the score itself.  That scales a whole map, so its shape stays the same; but it turns the
map of a class with a negative score over, and makes one whose score is near zero huge.  The division is left out: maps
stay in units of the score and can be compared between classes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch import Tensor

from trasluz.look.cams._weighted import weighted_sum
from trasluz.messages import N_

if TYPE_CHECKING:
    from trasluz.look.cams import Trials

NAME = "Ablation-CAM"
HELP = N_("Channels weighted by what the score loses when they are set to zero (Ramaswamy and Desai 2020).")
NEEDS = "trials"


def signed_map(activations: Tensor, trials: Trials) -> Tensor:
    """Σ over channels of (score − score without the channel) × activation; the paper takes its ReLU."""
    return weighted_sum(losses(trials).to(activations), activations)


def losses(trials: Trials) -> Tensor:
    """What the score loses without each channel, ``[n, k, c]``."""
    return (trials.scores.unsqueeze(1) - trials.without_channels()).transpose(1, 2)
