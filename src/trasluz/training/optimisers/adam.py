"""Adam (Kingma & Ba 2015): steps along the mean gradient over the root of its mean square."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from trasluz.recipe.train import OptimiserSection, Positive
from trasluz.training.optimisers.base import Betas, Groups, Rule

if TYPE_CHECKING:
    from torch.optim import Optimizer


NUMBERS_OF_MEMBERS = ("betas", "eps")


class Config(OptimiserSection):
    """``betas``: how much of the two means is kept.  ``rule: keras``: ``eps`` is not divided by the bias correction."""

    name: Literal["adam"] = "adam"
    rule: Rule = "torch"
    betas: Betas = (0.9, 0.999)
    eps: Positive = 1e-8


def build(config: Config, groups: Groups) -> Optimizer:
    """PyTorch's, fused, with Keras' place of ε where the recipe asks for it."""
    if config.rule == "keras":
        from trasluz.training.optimisers import _keras

        return _keras.Adam(groups, config.learning_rate, config.betas, config.eps)
    from torch.optim import Adam

    return Adam(groups, config.learning_rate, betas=config.betas, eps=config.eps, fused=True)
