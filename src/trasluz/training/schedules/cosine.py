"""Half a cosine from the whole rate to its end (Loshchilov & Hutter 2017, eq. 5 without restarts)."""

from __future__ import annotations

from typing import Literal

from trasluz.recipe.train import NotNegative, ScheduleSection
from trasluz.training.schedules.base import half_cosine


class Config(ScheduleSection):
    """From 1, at the end of ``warmup``, to ``final``."""

    name: Literal["cosine"] = "cosine"
    final: NotNegative = 0.0


def factor(config: Config, epoch: float, epochs: int) -> float:
    """The cosine of what has passed since the warm-up."""
    length = max(epochs - config.warmup, 1e-9)
    return half_cosine(1.0, config.final, (epoch - config.warmup) / length)
