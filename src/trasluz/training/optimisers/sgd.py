"""Stochastic gradient descent, with momentum (Polyak 1964) or Nesterov's (Sutskever et al. 2013)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import model_validator

from trasluz.messages import _
from trasluz.recipe.train import Beta, OptimiserSection
from trasluz.training.optimisers.base import Groups

if TYPE_CHECKING:
    from torch.optim import Optimizer


NUMBERS_OF_MEMBERS = ("momentum",)


class Config(OptimiserSection):
    """``momentum``: how much of the last step goes on; ``nesterov``: the gradient is taken where it would lead."""

    name: Literal["sgd"] = "sgd"
    momentum: Beta = 0.0
    nesterov: bool = False

    @model_validator(mode="after")
    def _nesterov_has_a_momentum(self) -> Config:
        if self.nesterov and self.momentum == 0:
            raise ValueError(_("nesterov needs a momentum above 0"))
        return self


def build(config: Config, groups: Groups) -> Optimizer:
    """PyTorch's, fused."""
    from torch.optim import SGD

    return SGD(groups, config.learning_rate, momentum=config.momentum, nesterov=config.nesterov, fused=True)
