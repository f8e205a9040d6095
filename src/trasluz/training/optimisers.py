"""Optimisers from a recipe: parameters grouped by rate and decay, fused kernels where PyTorch has them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import torch
from torch import nn
from torch.optim import Optimizer

from trasluz.recipe import OptimiserSection
from trasluz.training import keras_optimisers


def make_optimiser(
    section: OptimiserSection, parameters: Iterable[nn.Parameter], factors: Mapping[nn.Parameter, float] | None = None
) -> Optimizer:
    """The optimiser over ``parameters``; weight decay spares norms and biases (fewer than 2 dimensions) by default.

    ``factors``: each parameter's factor on the rate, 1 where there is none.  Each group is one fused call.
    """
    groups: dict[tuple[float, float], list[nn.Parameter]] = {}
    for parameter in parameters:
        decays = parameter.ndim > 1 or section.decay_norms_and_biases
        kind = ((factors or {}).get(parameter, 1.0), section.weight_decay if decays else 0.0)
        groups.setdefault(kind, []).append(parameter)
    ordered = sorted(groups, reverse=True)
    return _build(section, [{"params": groups[k], "factor": k[0], "weight_decay": k[1]} for k in ordered])


def _build(section: OptimiserSection, groups: list[dict[str, Any]]) -> Optimizer:
    rate = section.rate
    if section.rule == "keras":
        return _build_as_keras(section, groups)
    if section.name == "sgd":
        return torch.optim.SGD(groups, rate, momentum=section.momentum, nesterov=section.nesterov, fused=True)
    if section.name == "rmsprop":
        return torch.optim.RMSprop(groups, rate, alpha=section.alpha, eps=section.eps, momentum=section.momentum)
    if section.name == "adam":
        return torch.optim.Adam(groups, rate, betas=section.betas, eps=section.eps, fused=True)
    if section.name == "adamw":
        return torch.optim.AdamW(groups, rate, betas=section.betas, eps=section.eps, fused=True)
    return keras_optimisers.Nadam(groups, rate, section.betas, section.eps, keras_optimisers.TORCH_RISE)


def _build_as_keras(section: OptimiserSection, groups: list[dict[str, Any]]) -> Optimizer:
    if section.name == "rmsprop":
        return keras_optimisers.RMSprop(groups, section.rate, section.alpha, section.eps, section.momentum)
    kind = keras_optimisers.Adam if section.name == "adam" else keras_optimisers.Nadam
    return kind(groups, section.rate, section.betas, section.eps)


def set_rate(optimiser: Optimizer, rate: float) -> None:
    """Sets every group to its factor of ``rate``; a tensor rate is filled in place, so that captured graphs see it."""
    for group in optimiser.param_groups:
        own = rate * group.get("factor", 1.0)
        if isinstance(group["lr"], torch.Tensor):
            group["lr"].fill_(own)
        else:
            group["lr"] = own


def load_optimiser(optimiser: Optimizer, state: dict[str, Any]) -> None:
    """Restores ``state_dict`` with each tensor in its parameter's memory layout.

    Fused kernels walk parameter and state side by side in memory; a state loaded in plain layout beside a
    channels-last parameter would be read in the wrong order.
    """
    optimiser.load_state_dict(state)
    for parameter, values in optimiser.state.items():
        for name, value in values.items():
            if isinstance(value, torch.Tensor) and value.shape == parameter.shape and value.ndim == 4:
                values[name] = torch.empty_like(parameter, dtype=value.dtype, requires_grad=False).copy_(value)
