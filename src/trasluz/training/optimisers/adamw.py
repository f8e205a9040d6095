"""AdamW (Loshchilov & Hutter 2019): Adam whose weight decay shrinks the weights beside the step, not through it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from trasluz.recipe.train import OptimiserSection, Positive
from trasluz.training.optimisers.base import Betas, Groups

if TYPE_CHECKING:
    from torch.optim import Optimizer


NUMBERS_OF_MEMBERS = ("betas", "eps")


class Config(OptimiserSection):
    """``betas``: how much of the mean gradient and of its mean square is kept."""

    name: Literal["adamw"] = "adamw"
    betas: Betas = (0.9, 0.999)
    eps: Positive = 1e-8


def build(config: Config, groups: Groups) -> Optimizer:
    """PyTorch's, fused."""
    from torch.optim import AdamW

    return AdamW(groups, config.learning_rate, betas=config.betas, eps=config.eps, fused=True)
