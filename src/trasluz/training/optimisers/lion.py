"""Lion (Chen et al. 2023, "Symbolic discovery of optimization algorithms", algorithm 2): steps of one size each way.

Only the sign of the momentum counts, so that a rate 3 to 10 times below AdamW's, and a weight decay as many times
above, are usual (section 5); one number is remembered per parameter, not two.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from trasluz.recipe.train import OptimiserSection
from trasluz.training.optimisers.base import Betas, Groups

if TYPE_CHECKING:
    from torch import Tensor
    from torch.optim import Optimizer


NUMBERS_OF_MEMBERS = ("betas",)


class Config(OptimiserSection):
    """``betas``: how much of the momentum goes into the step, and how much of it is kept."""

    name: Literal["lion"] = "lion"
    betas: Betas = (0.9, 0.99)


def build(config: Config, groups: Groups) -> Optimizer:
    """Ours, all tensors of a group at once."""
    from trasluz.training.optimisers._plain import Plain

    return Plain(groups, {"lr": config.learning_rate, "betas": config.betas, "weight_decay": 0.0}, ("momentum",), move)


def move(
    group: dict[str, Any], parameters: list[Tensor], gradients: list[Tensor], remembered: tuple[list[Tensor], ...]
) -> None:
    """Lines 5 to 8 of the algorithm; weight decay is AdamW's."""
    import torch

    (momentum,) = remembered
    step, keep = group["betas"]
    directions = torch._foreach_lerp(momentum, gradients, 1 - step)
    torch._foreach_sign_(directions)
    torch._foreach_mul_(parameters, 1 - group["lr"] * group["weight_decay"])
    torch._foreach_add_(parameters, directions, alpha=-group["lr"])
    torch._foreach_lerp_(momentum, gradients, 1 - keep)
