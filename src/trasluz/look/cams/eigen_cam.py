"""Eigen-CAM (Muhammad and Yeasin 2020): activations projected on their first principal direction; knows no class."""

from __future__ import annotations

import torch
from torch import Tensor

from trasluz.look.cams._finite import need_finite
from trasluz.messages import N_

NAME = "Eigen-CAM"
HELP = N_("What the activations share most; the same for every class (Muhammad and Yeasin 2020).")
NEEDS = "activations"


def signed_map(activations: Tensor) -> Tensor:
    """A v₁ for the matrix A ``[h·w, c]`` = U Σ Vᵀ of an image, not centred: ``[n, h, w]``, the same for every class.

    A singular vector has no sign of its own; it is turned so that the map's sum is not negative.
    """
    matrix = activations.flatten(2).transpose(1, 2)
    left, values, _right = torch.linalg.svd(need_finite(matrix), full_matrices=False)
    found = left[..., 0] * values[..., :1]
    turned = torch.where(found.sum(1, keepdim=True) < 0, -found, found)
    return turned.reshape(len(turned), *activations.shape[2:])
