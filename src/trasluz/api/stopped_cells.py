"""The trainings that a search stopped early: what they had reached, as far as their trials tell."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING

from trasluz.search.trial_results import CellResult, TrialResult
from trasluz.search.trials.plan import Plan, trial_name
from trasluz.search.trials.standing import CELL, FAILURE, POINT

if TYPE_CHECKING:
    from optuna.trial import FrozenTrial


def with_stopped(judged: Sequence[TrialResult], plan: Plan, trials: Sequence[FrozenTrial]) -> list[TrialResult]:
    """``judged`` and, of trials that were stopped between epochs, the training in which they were: its curve up to
    there, and no score.  In the order of ``trials``."""
    if plan.study.search.pruner != "asha":
        return list(judged)
    known = {trial.name: trial for trial in judged}
    found = []
    for trial in trials:
        name = trial_name(trial.user_attrs[POINT])
        stopped = _stopped(trial, plan)
        if stopped is None:
            found += [known[name]] if name in known else []
            continue
        before = known.get(name) or TrialResult(name, plan.space.of_labels(trial.params), status="pruned")
        found.append(dataclasses.replace(before, cells=(*before.cells, stopped)))
    return found


def _stopped(trial: FrozenTrial, plan: Plan) -> CellResult | None:
    """The training in which a trial was stopped; ``None`` for one that was not, or failed."""
    if trial.state.name != "PRUNED" or FAILURE in trial.user_attrs or not trial.intermediate_values:
        return None
    done = [record for key, record in trial.user_attrs.items() if key.startswith(CELL)]
    epochs = plan.steps // plan.cells_of_each  # of one training
    earlier = [float(record["scores"][plan.metric]) for record in done]
    # What was told is the mean with the trainings before it.
    curve = {
        step - len(done) * epochs: value * (len(done) + 1) - sum(earlier)
        for step, value in sorted(trial.intermediate_values.items())
        if step > len(done) * epochs
    }
    cell = plan.cells(int(trial.user_attrs[POINT]), plan.space.of_labels(trial.params))[len(done)]
    fold = None if plan.study.folds is None else cell.number % (plan.cells_of_each // plan.study.seeds)
    return CellResult(cell.recipe.seed, fold, curve=tuple(curve.items()))
