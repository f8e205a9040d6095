"""The L2 penalty of a family's networks: every kernel by the factor that its layer asks for, or by the family's own."""

from __future__ import annotations

from weakref import WeakKeyDictionary

import torch
from torch import Tensor, nn

from trasluz.networks.penalties import l2_factor
from trasluz.objectives.l2 import kernels, l2

_layers: WeakKeyDictionary[nn.Module, dict[float, dict[float, list[nn.Module]]]] = WeakKeyDictionary()


def l2_penalty(networks: nn.Module, default: float) -> Tensor | None:
    """Σ factor · Σ w², a 0-d tensor; ``default`` is the factor of layers that ask for none; ``None`` without any."""
    groups = {
        factor: [weight for layer in layers for weight in kernels(layer)]
        for factor, layers in _penalised(networks, default).items()
    }
    parts = [l2(weights, factor) for factor, weights in groups.items() if weights]
    return torch.stack(parts).sum() if parts else None


def _penalised(networks: nn.Module, default: float) -> dict[float, list[nn.Module]]:
    """The layers of each factor: looked up once per network, because every step asks."""
    known = _layers.setdefault(networks, {})
    if default not in known:
        groups: dict[float, list[nn.Module]] = {}
        for layer in networks.modules():
            factor = l2_factor(layer, default)
            if factor and not next(layer.children(), None):
                groups.setdefault(factor, []).append(layer)
        known[default] = groups
    return known[default]
