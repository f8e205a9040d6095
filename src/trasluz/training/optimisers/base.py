"""What all optimisers share: parameters grouped by rate and decay, rates that are set, states that are loaded."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

from trasluz.components import Parts
from trasluz.recipe.train import Beta, OptimiserSection

if TYPE_CHECKING:
    from torch import Tensor, nn
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


@dataclass(frozen=True)
class Row:
    """A stretch of one member's parameters, flat; the factor on its rate, and whether weight decay shrinks it."""

    values: Tensor
    factor: float = 1.0
    decays: bool = False


def numbers_of_members(name: str) -> tuple[str, ...] | None:
    """The optimiser's own settings that each member of a population may have for itself; ``None``: it trains none.

    A part says so in ``NUMBERS_OF_MEMBERS``: that each number moves by itself, whatever stands beside it in a tensor,
    and that these settings are read from PyTorch's parameter groups.
    """
    found: tuple[str, ...] | None = getattr(PARTS.find(name), "NUMBERS_OF_MEMBERS", None)
    return found


def make_optimiser_of_members(sections: Sequence[OptimiserSection], rows: Sequence[Sequence[Row]]) -> Optimizer:
    """One optimiser over the rows of all members, each with the numbers of its own section.

    A group holds rows of the ``member`` that it names; its ``rate`` is the section's times the factor of these rows.
    """
    own = numbers_of_members(sections[0].name)
    assert own is not None, "stackable() made sure of it"
    groups: dict[tuple[object, ...], dict[str, Any]] = {}
    for member, (section, stretches) in enumerate(zip(sections, rows, strict=True)):
        numbers = {name: getattr(section, name) for name in own}
        for row in stretches:
            decay = section.weight_decay if row.decays or section.decay_norms_and_biases else 0.0
            rate = section.learning_rate * row.factor
            group = {"params": [], "rate": rate, "weight_decay": decay, **numbers}
            groups.setdefault((member, rate, decay), {**group, "member": member})["params"].append(row.values)
    return PARTS.find(sections[0].name).build(sections[0], list(groups.values()))


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
