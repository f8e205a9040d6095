"""An optimiser: every weight moves by the rate, against the sign of its gradient (Bernstein et al. 2018)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Literal

import torch
from torch.optim import Optimizer

from trasluz.recipe.train import OptimiserSection


class Config(OptimiserSection):
    """No settings of its own."""

    name: Literal["sign-sgd"] = "sign-sgd"


class SignSGD(Optimizer):
    """w ← w − rate · sign(gradient)."""

    def __init__(self, groups: Iterable[Any], rate: float) -> None:
        super().__init__(groups, {"lr": rate})

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> None:
        """One step; a closure is not called."""
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None:
                    parameter.sub_(group["lr"] * parameter.grad.sign())


def build(config: Config, groups: Iterable[Any]) -> Optimizer:
    """The optimiser of these groups of parameters."""
    return SignSGD(groups, config.learning_rate)
