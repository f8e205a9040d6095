"""``data.fold`` and ``data.test_fold``: one fold of a cross-validation."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from trasluz.messages import _
from trasluz.recipe.base import Section

FoldKind = Literal["stratified", "plain", "group", "leave-one-group-out"]
LEAVE_ONE_GROUP_OUT = "leave-one-group-out"
_COUNT = 5


class FoldSection(Section):
    """One of the ``count`` parts into which the samples are dealt: ``index``, from 0 on.

    ``kind``: ``stratified`` gives each fold its share of every class (of samples without one label each, of all
    samples), ``plain`` its share of all samples; ``group`` deals whole groups, which ``data.group`` or arrays name, and
    is refused where nobody does; with ``leave-one-group-out`` each group is a fold, and ``count`` is not used.  Groups
    stay whole whatever the kind, and so do exact copies.

    The folds follow from the samples' content, from ``seed`` and from ``repeat``, which deals them anew, and not from
    the recipe's seed.
    """

    count: Annotated[int, Field(ge=2, le=100_000)] | None = _COUNT
    index: Annotated[int, Field(ge=0)] = 0
    kind: FoldKind = "stratified"
    repeat: Annotated[int, Field(ge=0, lt=2**31)] = 0
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 0

    @model_validator(mode="before")
    @classmethod
    def _count_settled(cls, values: object) -> object:
        """``count`` is null where each group is a fold, so that equal folds are equal recipes."""
        if isinstance(values, dict):
            each_group = values.get("kind") == LEAVE_ONE_GROUP_OUT
            if each_group or values.get("count", _COUNT) is None:
                return {**values, "count": None if each_group else _COUNT}
        return values

    @model_validator(mode="after")
    def _is_one(self) -> FoldSection:
        if self.count is not None and self.index >= self.count:
            message = _("index: {index} is not allowed: of {count} folds give 0 to {last}")
            raise ValueError(message.format(index=self.index, count=self.count, last=self.count - 1))
        return self
