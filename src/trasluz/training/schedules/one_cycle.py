"""One cycle up and down (Smith & Topin 2018, "Super-convergence")."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from trasluz.messages import _
from trasluz.recipe.train import NotNegative, ScheduleSection
from trasluz.training.schedules.base import half_cosine


class Config(ScheduleSection):
    """Linear from ``start`` to 1 over the first ``peak`` of the phase, then a half cosine to ``final``."""

    name: Literal["one-cycle"] = "one-cycle"
    start: NotNegative = 0.04
    peak: Annotated[float, Field(gt=0, lt=1)] = 0.3
    final: NotNegative = 0.0

    @model_validator(mode="after")
    def _warms_up_by_itself(self) -> Config:
        if self.warmup:
            raise ValueError(_("one-cycle already warms up; leave warmup at 0 and set peak"))
        return self


def factor(config: Config, epoch: float, epochs: int) -> float:
    """Up to the peak, or down from it."""
    done = epoch / epochs
    if done < config.peak:
        return config.start + (1 - config.start) * done / config.peak
    return half_cosine(1.0, config.final, (done - config.peak) / (1 - config.peak))
