"""Optimisers of plain tensor operations, for rules that PyTorch has no fused kernel of."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

import torch
from torch import Tensor
from torch.optim import Optimizer

Remembered: TypeAlias = tuple[list[Tensor], ...]
Move: TypeAlias = Callable[[dict[str, Any], list[Tensor], list[Tensor], Remembered], None]


class Plain(Optimizer):
    """Steps over the parameters that have a gradient, all tensors of a group in one call per operation.

    ``move(group, parameters, gradients, remembered)`` changes the parameters, and what is ``remembered`` of each under
    each of the names, from zero.  Weight decay is the rule's own affair.
    """

    def __init__(self, groups: Iterable[Any], defaults: dict[str, Any], remembers: tuple[str, ...], move: Move) -> None:
        super().__init__(groups, defaults)
        self._remembers, self._move = remembers, move
        self._known: list[tuple[list[Tensor], Remembered]] = []

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> None:  # type: ignore[override]  # no closures here
        """One update of every parameter."""
        for group in self.param_groups:
            moving = [p for p in group["params"] if p.grad is not None]
            if moving:
                gradients = [p.grad for p in moving if p.grad is not None]
                self._move(group, moving, gradients, self._kept(moving))

    # PyTorch would wrap the method for profilers and hooks of optimisers, a tenth of a small network's update.
    step.hooked = True  # type: ignore[attr-defined]

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Puts the optimiser where ``state_dict`` left it."""
        self._known.clear()
        super().load_state_dict(state_dict)

    def _kept(self, parameters: list[Tensor]) -> Remembered:
        """What is remembered of these parameters, which are the same at nearly every step: a dictionary whose keys are
        tensors costs a small network's step a hundredth."""
        for known, remembered in self._known:
            if len(known) == len(parameters) and all(map(operator.is_, known, parameters)):
                return remembered
        self._known.append((parameters, self._remembered(parameters)))
        return self._known[-1][1]

    def _remembered(self, parameters: list[Tensor]) -> Remembered:
        states = [self.state[parameter] for parameter in parameters]
        for parameter, state in zip(parameters, states, strict=True):
            if not state:
                state.update({name: torch.zeros_like(parameter) for name in self._remembers})
        return tuple([state[name] for state in states] for name in self._remembers)


def coupled(group: dict[str, Any], parameters: list[Tensor], gradients: list[Tensor]) -> list[Tensor]:
    """The gradients with plain weight decay in them."""
    decay = group["weight_decay"]
    return [g.add(p, alpha=decay) for p, g in zip(parameters, gradients, strict=True)] if decay else gradients
