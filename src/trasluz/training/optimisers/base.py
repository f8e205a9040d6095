"""What all optimisers share: parameters grouped by rate and decay, rates that are set, states that are loaded."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal, Protocol

from trasluz.components import Parts
from trasluz.recipe.train import Beta, OptimiserSection

if TYPE_CHECKING:
    from torch import nn
    from torch.optim import Optimizer

Betas = tuple[Beta, Beta]
Rule = Literal["torch", "keras"]
Groups = list[dict[str, Any]]  # PyTorch's parameter groups: ``params``, ``factor`` on the rate, ``weight_decay``


class Part(Protocol):
    """What a file of this package offers."""

    Config: type[OptimiserSection]

    def build(self, config: Any, groups: Groups) -> Optimizer:
        """The optimiser over ``groups``; each group is one fused call where PyTorch has such kernels."""
        ...


PARTS: Parts[Part] = Parts("trasluz.training.optimisers", "train.optimiser.name")


def make_optimiser(
    section: OptimiserSection,
    named_parameters: Iterable[tuple[str, nn.Parameter]],
    factors: Mapping[nn.Parameter, float] | None = None,
    decaying: Collection[str] = (),
) -> Optimizer:
    """The optimiser over parameters with their names.

    ``factors``: each parameter's factor on the rate, 1 where there is none.  ``decaying``: the names that weight decay
    shrinks (``training/decay.py``); with ``decay_norms_and_biases`` it shrinks all.
    """
    groups: dict[tuple[float, float], list[nn.Parameter]] = {}
    for name, parameter in named_parameters:
        decays = name in decaying or section.decay_norms_and_biases
        kind = ((factors or {}).get(parameter, 1.0), section.weight_decay if decays else 0.0)
        groups.setdefault(kind, []).append(parameter)
    ordered = sorted(groups, reverse=True)
    whole = [{"params": groups[k], "factor": k[0], "weight_decay": k[1]} for k in ordered]
    return PARTS.find(section.name).build(section, whole)


def set_rate(optimiser: Optimizer, rate: float) -> None:
    """Sets every group to its factor of ``rate``; a tensor rate is filled in place, so that captured graphs see it."""
    for group in optimiser.param_groups:
        own = rate * group.get("factor", 1.0)
        if isinstance(group["lr"], float | int):
            group["lr"] = own
        else:
            group["lr"].fill_(own)


def load_optimiser(optimiser: Optimizer, state: dict[str, Any]) -> None:
    """Restores ``state_dict`` with each tensor in its parameter's memory layout.

    Fused kernels walk parameter and state side by side in memory; a state loaded in plain layout beside a
    channels-last parameter would be read in the wrong order.
    """
    import torch

    optimiser.load_state_dict(state)
    for parameter, values in optimiser.state.items():
        for name, value in values.items():
            if isinstance(value, torch.Tensor) and value.shape == parameter.shape and value.ndim == 4:
                values[name] = torch.empty_like(parameter, dtype=value.dtype, requires_grad=False).copy_(value)
