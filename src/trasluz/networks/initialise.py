"""First weights as Keras draws them: Glorot-uniform, or He- or LeCun-normal (truncated), and zero biases.

PyTorch's own default is uniform in ±1/√fan_in for weights and biases alike.
"""

from __future__ import annotations

import math
from typing import Literal

import torch
from torch import Tensor, nn

Initialiser = Literal["glorot-uniform", "he-normal", "he-normal-out", "lecun-normal", "torch"]

_CUT_STD = 0.87962566103423978  # standard deviation of a unit normal cut at ±2
_WITH_KERNEL = (nn.Linear, nn.Conv2d, nn.ConvTranspose2d)


def initialise(layer: nn.Module, kind: Initialiser) -> None:
    """Draws the kernel of a linear, convolution or transposed convolution layer anew; ``torch`` leaves it alone.

    ``glorot-uniform``: ±√(6 / (fan_in + fan_out)) (Glorot & Bengio 2010, eq. 16).  ``he-normal``: standard
    deviation √(2 / fan_in), cut at two standard deviations of the uncut normal (He et al. 2015, eq. 10).
    ``he-normal-out``: standard deviation √(2 / fan_out), uncut (eq. 14), as residual networks are usually drawn.
    ``lecun-normal``: standard deviation √(1 / fan_in), cut likewise (LeCun et al. 1998, eq. 16), which SELU asks for.
    """
    if kind == "torch" or not isinstance(layer, _WITH_KERNEL):
        return
    fan_in, fan_out = fans(layer.weight)
    with torch.no_grad():
        if kind == "glorot-uniform":
            bound = math.sqrt(6 / (fan_in + fan_out))
            layer.weight.uniform_(-bound, bound)
        elif kind == "he-normal-out":
            layer.weight.normal_(0.0, math.sqrt(2 / fan_out))
        else:
            std = math.sqrt((1 if kind == "lecun-normal" else 2) / fan_in) / _CUT_STD
            nn.init.trunc_normal_(layer.weight, 0.0, std, -2 * std, 2 * std)
        if layer.bias is not None:
            layer.bias.zero_()


def fans(weight: Tensor) -> tuple[int, int]:
    """Fan-in and fan-out of a kernel as Keras counts them: receptive field times channels.

    For a transposed convolution Keras takes the *output* channels for its fan-in; so does this, because PyTorch
    stores those kernels as ``[in, out, ...]`` and the others as ``[out, in, ...]``.
    """
    field = math.prod(weight.shape[2:])
    return weight.shape[1] * field, weight.shape[0] * field
