"""Optuna's samplers and pruners as a study asks for them.

What is drawn for a trial follows from the study's seed and the trial's number in it, not from how many were drawn
before by whom: a search that is stopped, or shared by workers, draws the same random points as one that is not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trasluz.recipe.searching import Sampler, SearchSection
from trasluz.rng import Rng
from trasluz.search.trials.place import quiet

if TYPE_CHECKING:
    from optuna.pruners import BasePruner
    from optuna.samplers import BaseSampler

_KEPT = 3  # one of so many trials goes on at each rung: the factor η of ASHA
_RUNGS = 2  # at which a trial can be stopped before its end


def make_sampler(name: Sampler, seed: int, point: int) -> BaseSampler:
    """The sampler of one trial.

    ``tpe`` takes the dimensions together (multivariate) and trials that are under way for bad ones, so that workers do
    not try the same; those are Optuna's own settings for one metric.
    """
    from optuna.samplers import RandomSampler, TPESampler

    own = Rng(seed).number("trial", point) % 2**32
    return TPESampler(seed=own) if name == "tpe" else RandomSampler(seed=own)


def make_pruner(search: SearchSection, steps: int) -> BasePruner:
    """The pruner; ``steps``: epochs, or folds, of a whole trial."""
    from optuna.pruners import NopPruner, SuccessiveHalvingPruner, WilcoxonPruner

    if search.pruner == "asha":
        first = max(1, round(steps / _KEPT**_RUNGS))
        return SuccessiveHalvingPruner(min_resource=first, reduction_factor=_KEPT)
    if search.pruner == "folds":
        with quiet():
            return WilcoxonPruner(p_threshold=0.1)
    return NopPruner()
