"""One rate from beginning to end."""

from __future__ import annotations

from typing import Literal

from trasluz.recipe.train import ScheduleSection


class Config(ScheduleSection):
    """The whole rate in every epoch."""

    name: Literal["constant"] = "constant"


def factor(config: Config, epoch: float, epochs: int) -> float:
    """1."""
    return 1.0
