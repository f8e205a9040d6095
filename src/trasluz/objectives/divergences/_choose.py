"""Makes the divergence that a recipe names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from torch import Tensor

from trasluz import components
from trasluz.errors import RecipeError
from trasluz.messages import N_, _
from trasluz.metrics.described import Metric
from trasluz.objectives.divergences._codes import Codes
from trasluz.recipe.base import Section
from trasluz.rng import StepRng

METRICS = {"divergence": Metric(N_("Divergence from the prior"), "number", "lower")}

PACKAGE = "trasluz.objectives.divergences"


@dataclass(frozen=True)
class Divergence:
    """A part of this package with its settings."""

    part: ModuleType
    config: Section

    def term(self, codes: Codes, rng: StepRng) -> Tensor:
        """What is minimised, 0-d: a mean over samples of a sum over dimensions, or a number of the whole batch."""
        found: Tensor = self.part.term(self.config, codes, rng)
        return found

    def weight(self, done: Tensor | float = 1.0) -> Tensor | float:
        """Weight of the term when the share ``done`` of a phase is finished."""
        found: Tensor | float = self.part.weight(self.config, done)
        return found

    def watched(self, codes: Codes, rng: StepRng) -> dict[str, Tensor]:
        """Named 0-d means over the batch that say whether the divergence works."""
        found: dict[str, Tensor] = self.part.watched(self.config, codes, rng)
        return found


def build_divergence(setting: str | Mapping[str, Any], where: str = "model.divergence") -> Divergence:
    """The divergence of a recipe's ``divergence``, a name or ``{name: …, …}``.

    Raises:
        RecipeError: there is none of that name, or a field is wrong.
    """
    values = {"name": setting} if isinstance(setting, str) else dict(setting)
    name = values.pop("name", None)
    if not isinstance(name, str):
        allowed = ", ".join(components.names(PACKAGE))
        raise RecipeError(_("{where}.name: is required; allowed: {allowed}.").format(where=where, allowed=allowed))
    part = components.load(PACKAGE, name, where)
    return Divergence(part, components.configure(part.Config, values, where))
