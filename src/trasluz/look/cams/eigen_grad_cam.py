"""EigenGradCAM (Gildenblat 2021, in pytorch-grad-cam): the first principal component of gradient × activation.

Eigen-CAM made to know classes: what is decomposed are a class's contributions instead of the activations.
"""

from __future__ import annotations

import torch
from torch import Tensor

from trasluz.look.cams._finite import need_finite
from trasluz.messages import N_

NAME = "EigenGradCAM"
HELP = N_("What gradient times activation varies in most from place to place (Gildenblat 2021, pytorch-grad-cam).")
NEEDS = "gradients"


def signed_map(activations: Tensor, gradients: Tensor) -> Tensor:
    """M v₁ for the matrix M ``[h·w, c]`` = U Σ Vᵀ of gradient × activation, less each channel's mean over positions.

    A singular vector has no sign of its own, and pytorch-grad-cam leaves it to chance; here it is turned so that the
    map rises where the contributions' sum over channels (HiResCAM) does.  A layer of one position gives zero.
    """
    contributions = need_finite((gradients * activations.unsqueeze(1)).flatten(3).transpose(2, 3))
    left, values, right = torch.linalg.svd(contributions - contributions.mean(2, keepdim=True), full_matrices=False)
    projected = left[..., 0] * values[..., :1]
    against = right[..., 0, :].sum(-1, keepdim=True) < 0  # Cov(M v₁, M 1) is σ₁² v₁ · 1
    return torch.where(against, -projected, projected).reshape(*projected.shape[:2], *activations.shape[2:])
