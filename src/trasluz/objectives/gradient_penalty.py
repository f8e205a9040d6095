"""R1: the squared gradient of the discriminator's score on real images (Mescheder, Geiger & Nowozin 2018, eq. 9)."""

from __future__ import annotations

import torch
from torch import Tensor

from trasluz.messages import N_
from trasluz.metrics.described import Metric

METRICS = {"r1": Metric(N_("Gradient penalty (R1)"), "number", "lower", least=0.0)}


def r1(scores: Tensor, images: Tensor) -> Tensor:
    """‖∂ score / ∂ image‖² of each image, summed over its values: ``[n]``, without the paper's factor γ/2.

    ``scores`` ``[n]`` must have been computed from ``images``, which require a gradient; the score of an image must
    not depend on the others, as it does under batch normalisation.  The result can be differentiated again.
    """
    (gradient,) = torch.autograd.grad(scores.sum(), images, create_graph=True)
    return gradient.square().flatten(1).sum(1)
