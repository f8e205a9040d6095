"""A family's sparsity: the penalty on the activities of its code, in training and in evaluation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

import torch
from pydantic import Field, model_validator
from torch import Tensor, nn

from trasluz.errors import RecipeError
from trasluz.families.base import Terms, mean_over_samples
from trasluz.messages import N_, _
from trasluz.metrics.described import Metric
from trasluz.networks.dropout import Dropout
from trasluz.objectives.sparsity import kl_to_target, l1
from trasluz.recipe.base import Section

METRICS = {
    "activity_l1": Metric(N_("Sum of activities (L1)"), "number", "lower", least=0.0),
    "activity_kl": Metric(N_("KL from the target activity"), "number", "lower", least=0.0),
    "mean_activity": Metric(N_("Mean activity of the code"), "number", "neither"),
}

_TERMS = {"l1": "activity_l1", "kl": "activity_kl"}
_SUMS = "activities"


class SparsitySection(Section):
    """``l1``: Σ |a| over the code, a mean over samples.  ``kl``: Σ KL(``target`` ‖ mean activity) over the code.

    ``weight`` multiplies it beside the loss, so that ``scale`` leaves it alone, as Keras' activity regularisation.
    The mean activity of ``kl`` is over a batch in training and over all evaluated samples in evaluation.
    """

    name: Literal["l1", "kl"]
    weight: Annotated[float, Field(ge=0)]
    target: Annotated[float, Field(gt=0, lt=1)] | None = None

    @model_validator(mode="after")
    def _has_a_target_or_not(self) -> SparsitySection:
        if (self.name == "kl") != (self.target is not None):
            raise ValueError(_("kl needs a target activity between 0 and 1, and l1 has none"))
        return self

    @property
    def term(self) -> str:
        """The name of its term."""
        return _TERMS[self.name]

    @property
    def goal(self) -> float:
        """The target activity of ``kl``."""
        assert self.target is not None, "the section made sure of it"
        return self.target


def sparsity_terms(section: SparsitySection, code: Tensor, weights: Tensor | None) -> Terms:
    """The term of a batch of codes ``[n, …]``, weighted by the samples' ``weights`` ``[n]`` if there are any."""
    activities = code.float().flatten(1)
    if section.name == "l1":
        return {section.term: mean_over_samples(l1(activities), weights)}
    share = None if weights is None else weights / weights.sum().clamp_min(torch.finfo(weights.dtype).tiny)
    mean = activities.mean(0) if share is None else (activities * share.unsqueeze(1)).sum(0)
    return {section.term: kl_to_target(mean, section.goal)}


def sparsity_sums(code: Tensor) -> Terms:
    """What evaluation adds up: Σ |a| over the samples for each number of the code, ``[k]``."""
    return {_SUMS: code.float().flatten(1).abs().sum(0)}


def sparsity_numbers(section: SparsitySection, sums: Mapping[str, Tensor]) -> dict[str, float]:
    """The term over all evaluated samples, and ``mean_activity``: mean |a| over samples and numbers of the code."""
    mean = sums[_SUMS] / sums["count"]
    value = mean.sum() if section.name == "l1" else kl_to_target(mean, section.goal)
    return {section.term: float(value), "mean_activity": float(mean.mean())}


def need_code_in_unit_range(section: SparsitySection, encoder: nn.Module) -> None:
    """Checks that KL meets a code that is a probability: one that leaves a sigmoid.

    Raises:
        RecipeError: the encoder's last layer is something else.
    """
    if section.name == "kl" and not _ends_in_sigmoid(encoder):
        message = _(
            "model.sparsity: kl compares activities between 0 and 1, but the code of this encoder does not end in a "
            "sigmoid; give the encoder code_activation: sigmoid, or choose l1."
        )
        raise RecipeError(message)


def need_layer_in_unit_range(section: SparsitySection, stage: nn.Module, phase: str) -> None:
    """The same of the code of one layer, ``stage``, which ``phase`` trains alone.

    Raises:
        RecipeError: the layer's activation is something else.
    """
    if section.name == "kl" and not _ends_in_sigmoid(stage):
        message = _(
            "phases.{phase}: kl compares activities between 0 and 1, but the code of this layer does not end in a "
            "sigmoid; give the encoder activation: sigmoid, or choose l1 for model.sparsity."
        )
        raise RecipeError(message.format(phase=phase))


def _ends_in_sigmoid(network: nn.Module) -> bool:
    """Whether a sigmoid comes last; the dropout behind a hidden one keeps the mean activity."""
    steps = [module for module in network.modules() if not isinstance(module, (Dropout, nn.Dropout))]
    return isinstance(steps[-1], nn.Sigmoid)
