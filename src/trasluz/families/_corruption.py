"""Noise on the inputs of a denoiser, whose target stays clean (Vincent et al. 2010, section 3).

The noise of a training sample follows from its position in the epoch; that of an evaluated sample from its row in
the data alone, so that it is the same after every epoch, in every split and for every model.
"""

from __future__ import annotations

from typing import Annotated, Literal

import torch
from pydantic import Field, model_validator
from torch import Tensor

from trasluz.messages import _
from trasluz.recipe.base import Section
from trasluz.rng import StepRng

_PURPOSE = "corruption"


class NoiseSection(Section):
    """What is done to inputs while training.

    ``dropout``: each value becomes 0 with probability ``amount``, and the others are divided by 1 − ``amount``, as
    Keras' layer does.  ``gaussian``: normal noise of standard deviation ``amount`` is added.  ``salt-pepper``: each
    value becomes ``low`` or ``high``, as likely as each other, with probability ``amount``.  ``amount``, ``low`` and
    ``high`` are in units of the inputs, as ``data.normalise`` leaves them, and in the phase of an inner layer
    (``layerwise``) in units of the codes that it is given.
    """

    name: Literal["dropout", "gaussian", "salt-pepper"]
    amount: Annotated[float, Field(gt=0)]
    low: float = 0.0
    high: float = 1.0

    @model_validator(mode="after")
    def _is_a_probability(self) -> NoiseSection:
        if self.name == "dropout" and self.amount >= 1:
            raise ValueError(_("the amount of dropout is a probability below 1"))
        if self.name == "salt-pepper" and self.amount > 1:
            raise ValueError(_("the amount of salt-pepper is a probability, at most 1"))
        ends = type(self).model_fields
        if self.name != "salt-pepper" and (self.low, self.high) != (ends["low"].default, ends["high"].default):
            message = _("only salt-pepper has values low and high; leave them out with {name}")
            raise ValueError(message.format(name=self.name))
        return self


def corrupt(inputs: Tensor, noise: NoiseSection, rng: StepRng) -> Tensor:
    """``inputs`` ``[n, ...]`` with noise, drawn by the positions of ``rng``."""
    shape = inputs.shape[1:]
    if noise.name == "gaussian":
        return inputs + noise.amount * rng.normal(_PURPOSE, *shape)
    chance = rng.uniform(_PURPOSE, *shape)
    if noise.name == "dropout":
        return inputs * (chance >= noise.amount) * (1 / (1 - noise.amount))
    salted = torch.where(chance < noise.amount / 2, noise.low, inputs)
    return torch.where(chance >= 1 - noise.amount / 2, noise.high, salted)


def corrupt_the_same(inputs: Tensor, rows: Tensor, noise: NoiseSection, rng: StepRng) -> Tensor:
    """``inputs`` ``[n, ...]`` in evaluation, with the noise that belongs to their ``rows`` ``[n]`` of the data."""
    return corrupt(inputs, noise, StepRng(rng.rng, 0, 0, rows))
