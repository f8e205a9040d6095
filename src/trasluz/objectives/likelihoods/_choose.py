"""Makes the likelihood that a recipe names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trasluz import components
from trasluz.errors import RecipeError
from trasluz.messages import _
from trasluz.objectives.likelihoods.base import Likelihood, Shape

PACKAGE = "trasluz.objectives.likelihoods"


def build_likelihood(setting: str | Mapping[str, Any], shape: Shape, where: str = "model.likelihood") -> Likelihood:
    """The likelihood of a recipe's ``likelihood``, a name or ``{name: …, …}``, for samples of ``shape``.

    Raises:
        RecipeError: there is none of that name, a field is wrong, or it does not suit such samples.
    """
    values = {"name": setting} if isinstance(setting, str) else dict(setting)
    name = values.pop("name", None)
    if not isinstance(name, str):
        allowed = ", ".join(components.names(PACKAGE))
        raise RecipeError(_("{where}.name: is required; allowed: {allowed}.").format(where=where, allowed=allowed))
    part = components.load(PACKAGE, name, where)
    made: Likelihood = part.Likelihood(components.configure(part.Config, values, where), shape)
    return made
