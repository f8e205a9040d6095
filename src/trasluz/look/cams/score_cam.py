"""Score-CAM (Wang et al. 2020, equations 7 to 9): channels weighted by what the image scores where they are active.

A channel's map, enlarged to the image and stretched to 0…1, is a mask; its weight is the score of the image times that
mask, less the score of the baseline.  The baseline is an image of zeros as the network sees it, which is what a mask
of zeros leaves.  Algorithm 1 of the paper takes a softmax over the channels of these weights; that hides which of them
count against a class and how much evidence there is, so it is left out: maps stay in units of the score.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from trasluz.look.cams._weighted import weighted_sum
from trasluz.messages import N_

if TYPE_CHECKING:
    from trasluz.look.cams import Trials

NAME = "Score-CAM"
HELP = N_("Channels weighted by the score of the image seen only where they are active (Wang et al. 2020).")
NEEDS = "trials"


def signed_map(activations: Tensor, trials: Trials) -> Tensor:
    """Σ over channels of (score of the masked image − score of the baseline) × activation; the paper takes its ReLU."""
    return weighted_sum(increases(trials).to(activations), activations)


def increases(trials: Trials) -> Tensor:
    """What each channel's mask scores beyond the baseline, ``[n, k, c]``."""
    return (trials.masked(stretched) - trials.blank().unsqueeze(1)).transpose(1, 2)


def stretched(maps: Tensor) -> Tensor:
    """Maps ``[m, h, w]`` from 0 where they are lowest to 1 where they are highest; zeros where they are flat."""
    low, high = maps.amin((1, 2), keepdim=True), maps.amax((1, 2), keepdim=True)
    return torch.where(high > low, (maps - low) / (high - low), 0)
