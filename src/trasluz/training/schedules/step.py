"""A rate that falls by one factor every few epochs."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from trasluz.recipe.train import Positive, ScheduleSection


class Config(ScheduleSection):
    """Times ``gamma`` every ``every`` epochs."""

    name: Literal["step"] = "step"
    every: Annotated[int, Field(ge=1)] = 10
    gamma: Positive = 0.1


def factor(config: Config, epoch: float, epochs: int) -> float:
    """``gamma`` to the power of the steps that have passed."""
    result: float = config.gamma ** (int(epoch) // config.every)
    return result
