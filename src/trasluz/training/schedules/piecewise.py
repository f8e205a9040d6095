"""A rate that changes at named epochs and is constant between them."""

from __future__ import annotations

import bisect
from typing import Annotated, Literal

from pydantic import Field, model_validator

from trasluz.messages import _
from trasluz.recipe.train import NotNegative, ScheduleSection


class Config(ScheduleSection):
    """``factors[i]`` counts from epoch ``epochs[i-1]`` on; there is one factor more than epochs."""

    name: Literal["piecewise"] = "piecewise"
    epochs: tuple[Annotated[int, Field(ge=1)], ...] = ()
    factors: tuple[NotNegative, ...] = ()

    @model_validator(mode="after")
    def _factors_fit_epochs(self) -> Config:
        if len(self.factors) != len(self.epochs) + 1 or list(self.epochs) != sorted(set(self.epochs)):
            raise ValueError(_("piecewise needs rising epochs and one factor more than epochs"))
        return self


def factor(config: Config, epoch: float, epochs: int) -> float:
    """The factor of the piece that ``epoch`` lies in."""
    return config.factors[bisect.bisect_right(config.epochs, epoch)]
