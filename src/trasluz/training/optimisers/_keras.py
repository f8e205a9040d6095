"""Adam, Nadam and RMSprop by Keras' formulas, where PyTorch's differ enough to be seen in a weight.

Adam: Keras adds ε to √v before the bias correction, so that PyTorch's ε is ε / √(1 − β₂ᵗ), 32 times as large in the
first step.  RMSprop: ε stands under the root, √(v + ε), so that 1e-7 acts like 3e-4.  Nadam (Dozat 2016): the
momentum rises as 1 − ½·0.96ᵗ with each step; in PyTorch, and in Keras up to 2.10, it rises 250 times as slowly, which
is the same formula with another exponent.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from functools import cache, partial
from typing import Any

import torch
from torch import Tensor

from trasluz.training.optimisers._plain import Plain, Remembered, coupled

_WARMING = 0.96  # Dozat's μₜ = β₁·(1 − ½·0.96^(ψ·t))
KERAS_RISE, TORCH_RISE = 1.0, 0.004  # ψ
_NEARLY_ONE, _LATE = 1 - 2**-53, 1e38  # β₂ and step of a fused Adam that changes no second moment and corrects no bias


class Adam(torch.optim.Adam):
    """PyTorch's fused Adam (Kingma & Ba 2015) with ε where the paper's section 2 has it in its faster order."""

    def __init__(self, params: Iterable[Any], rate: float, betas: tuple[float, float], eps: float) -> None:
        super().__init__(params, rate, betas=betas, eps=eps, fused=True)
        for group in self.param_groups:
            group.update(steps=0, plain_eps=group["eps"])

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> float | None:  # type: ignore[override]  # torch's own stub
        """One update of every parameter."""
        for group in self.param_groups:
            group["steps"] += 1
            group["eps"] = group["plain_eps"] / math.sqrt(1 - group["betas"][1] ** group["steps"])
        found: float | None = super().step(closure)
        return found


class Nadam(Plain):
    """Adam with Nesterov momentum (Dozat 2016, algorithm 8), its momentum warmed by the exponent ``rise``."""

    def __init__(
        self, params: Iterable[Any], rate: float, betas: tuple[float, float], eps: float, rise: float = KERAS_RISE
    ) -> None:
        defaults = {"lr": rate, "betas": betas, "eps": eps, "weight_decay": 0.0}
        super().__init__(params, defaults, ("m", "s"), partial(_nadam, rise))
        for group in self.param_groups:
            group.update(steps=0, product=1.0)


def _nadam(
    rise: float, group: dict[str, Any], parameters: list[Tensor], gradients: list[Tensor], remembered: Remembered
) -> None:
    m, s = remembered
    gradients = coupled(group, parameters, gradients)
    first, second = group["betas"]
    group["steps"] += 1
    now, after = (first * (1 - 0.5 * _WARMING ** (rise * (group["steps"] + i))) for i in (0, 1))
    group["product"] *= now
    # v = (1 − β₂)·s, and both roots share the factor √(1 − β₂ᵗ), so that only ε and the rate carry these.
    correction = math.sqrt((1 - second ** group["steps"]) / (1 - second))
    size, eps = group["lr"] * correction, group["eps"] * correction
    of_gradient = size * (1 - now) / (1 - group["product"])
    of_momentum = size * after / (1 - group["product"] * after)
    torch._foreach_mul_(s, second)
    if all(p.is_cpu and p.dtype is torch.float32 for p in parameters):
        _move_fused(parameters, gradients, m, s, first, of_gradient, of_momentum, eps)
        return
    torch._foreach_lerp_(m, gradients, 1 - first)
    torch._foreach_addcmul_(s, gradients, gradients)
    denominators = torch._foreach_sqrt(s)
    torch._foreach_add_(denominators, eps)
    moves = torch._foreach_mul(m, of_momentum)
    torch._foreach_add_(moves, gradients, alpha=of_gradient)
    torch._foreach_addcdiv_(parameters, moves, denominators, -1.0)


def _move_fused(
    parameters: list[Tensor],
    gradients: list[Tensor],
    m: list[Tensor],
    s: list[Tensor],
    first: float,
    of_gradient: float,
    of_momentum: float,
    eps: float,
) -> None:
    """The same in two passes over memory instead of seven, a third of the time.

    Adagrad's kernel adds g² to s and moves along g / (√s + ε); Adam's moves m and then along m / (√s + ε).  Adam's
    β₂ is so near 1 that s keeps its bits, and its step so late that neither bias is corrected a second time.
    """
    plain, late = ([value] * len(parameters) for value in _steps())
    torch._fused_adagrad_(
        parameters, gradients, s, plain, lr=of_gradient, lr_decay=0.0, weight_decay=0.0, eps=eps, maximize=False
    )
    torch._fused_adam_(
        parameters,
        gradients,
        m,
        s,
        [],
        late,
        lr=of_momentum,
        beta1=first,
        beta2=_NEARLY_ONE,
        weight_decay=0.0,
        eps=eps,
        amsgrad=False,
        maximize=False,
    )


@cache
def _steps() -> tuple[Tensor, Tensor]:
    """How far the two kernels are told that they are."""
    return torch.tensor(1.0), torch.tensor(_LATE)


class RMSprop(Plain):
    """RMSprop (Tieleman & Hinton 2012, lecture 6e) with ε under the root."""

    def __init__(self, params: Iterable[Any], rate: float, alpha: float, eps: float, momentum: float) -> None:
        defaults = {"lr": rate, "alpha": alpha, "eps": eps, "momentum": momentum, "weight_decay": 0.0}
        groups = list(params)
        moves = any(group.get("momentum", momentum) for group in groups)
        super().__init__(groups, defaults, ("v", "momentum") if moves else ("v",), _rmsprop)


def _rmsprop(group: dict[str, Any], parameters: list[Tensor], gradients: list[Tensor], remembered: Remembered) -> None:
    v, *momentum = remembered
    gradients = coupled(group, parameters, gradients)
    torch._foreach_mul_(v, group["alpha"])
    torch._foreach_addcmul_(v, gradients, gradients, 1 - group["alpha"])
    denominators = torch._foreach_add(v, group["eps"])
    torch._foreach_sqrt_(denominators)
    if not momentum:
        torch._foreach_addcdiv_(parameters, gradients, denominators, -group["lr"])
        return
    (moves,) = momentum
    torch._foreach_mul_(moves, group["momentum"])
    torch._foreach_addcdiv_(moves, gradients, denominators, group["lr"])
    torch._foreach_sub_(parameters, moves)
