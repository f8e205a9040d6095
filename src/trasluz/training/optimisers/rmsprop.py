"""RMSprop (Tieleman & Hinton 2012, lecture 6e): each step divided by the root of the gradients' mean square."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from trasluz.recipe.train import Beta, OptimiserSection, Positive
from trasluz.training.optimisers.base import Groups, Rule

if TYPE_CHECKING:
    from torch.optim import Optimizer


NUMBERS_OF_MEMBERS = ("alpha", "eps", "momentum")


class Config(OptimiserSection):
    """``alpha``: how much of the mean square is kept.  ``rule: keras``: ``eps`` stands under the root."""

    name: Literal["rmsprop"] = "rmsprop"
    rule: Rule = "torch"
    momentum: Beta = 0.0
    alpha: Beta = 0.99
    eps: Positive = 1e-8


def build(config: Config, groups: Groups) -> Optimizer:
    """PyTorch's, or ours by Keras' formula."""
    if config.rule == "keras":
        from trasluz.training.optimisers import _keras

        return _keras.RMSprop(groups, config.learning_rate, config.alpha, config.eps, config.momentum)
    from torch.optim import RMSprop

    return RMSprop(groups, config.learning_rate, alpha=config.alpha, eps=config.eps, momentum=config.momentum)
