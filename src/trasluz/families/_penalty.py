"""The L2 penalty of a family's networks: every kernel by the factor that its layer asks for, or by the family's own."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from trasluz.networks.penalties import l2_factor
from trasluz.objectives.l2 import kernels, l2


def l2_penalty(networks: nn.Module, default: float) -> Tensor | None:
    """Σ factor · Σ w², a 0-d tensor; ``default`` is the factor of layers that ask for none; ``None`` without any."""
    groups: dict[float, list[Tensor]] = {}
    for layer in networks.modules():
        factor = l2_factor(layer, default)
        if factor and not next(layer.children(), None):
            groups.setdefault(factor, []).extend(kernels(layer))
    parts = [l2(weights, factor) for factor, weights in groups.items() if weights]
    return torch.stack(parts).sum() if parts else None
