"""L2 penalty as Keras means it: ``factor · Σ w²`` of a layer's kernel, added to the loss (gradient ``2·factor·w``).

Not weight decay: an adaptive optimiser rescales this gradient.  Biases and normalisation layers have no kernel.
"""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor, nn

_WITH_KERNEL = (
    nn.Linear,
    nn.Conv1d,
    nn.Conv2d,
    nn.Conv3d,
    nn.ConvTranspose1d,
    nn.ConvTranspose2d,
    nn.ConvTranspose3d,
)


def kernels(network: nn.Module) -> list[Tensor]:
    """The weights of all linear, convolution and transposed convolution layers, shared ones once."""
    found = {id(m.weight): m.weight for m in network.modules() if isinstance(m, _WITH_KERNEL)}
    return list(found.values())


def l2(weights: Iterable[Tensor], factor: float) -> Tensor:
    """``factor · Σ w²`` over ``weights`` (at least one), a 0-d tensor.

    ``2·factor·w`` is its gradient: Keras' ``kernel_regularizer=l2(factor)``.
    """
    return factor * torch.stack([weight.float().square().sum() for weight in weights]).sum()
