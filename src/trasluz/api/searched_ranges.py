"""What a search could have tried beyond what it tried: the ranges that it drew from, and what its recipe takes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from trasluz.errors import RecipeError
from trasluz.findings.study_evidence import DrawnRange
from trasluz.findings.trying import effective
from trasluz.recipe.searching import RangeSection
from trasluz.search.trials.plan import Plan

if TYPE_CHECKING:
    from optuna.trial import FrozenTrial


def searched_ranges(plan: Plan) -> dict[str, DrawnRange]:
    """The ranges that values were drawn from, by field; a grid draws none."""
    if plan.sampler == "grid":
        return {}
    return {
        dimension.field: DrawnRange(dimension.varied.low, dimension.varied.high, dimension.varied.log)
        for dimension in plan.space.dimensions
        if isinstance(dimension.varied, RangeSection)
    }


def takes(plan: Plan, best: FrozenTrial | None) -> Callable[[str, float], bool]:
    """Whether the recipe of the ``best`` trial would take another value of a field; without one nothing is taken."""

    def answer(field: str, value: float) -> bool:
        if best is None:
            return False
        try:
            recipe = plan.recipe("best", plan.space.of_labels(best.params))
        except RecipeError:  # a part of it is not there any more
            return False
        return bool(effective(recipe, (f"{field}={value:g}",)))

    return answer
