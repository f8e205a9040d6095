"""Which fields decide whether a trial is among the good ones: PED-ANOVA, by Optuna."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from trasluz.search.trial_results import TrialResult, is_number, on_a_log_scale, searched_fields

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution

FEWEST = 20  # trials: of fewer the best tenth is one or two, and says nothing of where good values lie


def field_importance(trials: Sequence[TrialResult], rises: bool) -> Mapping[str, float]:
    """Field → its share of what decides whether a trial is among the best tenth, in [0, 1], largest first; empty for
    fewer than 20 trials or two fields that all of these have.

    Watanabe, Bansal and Hutter 2023, "PED-ANOVA: efficiently quantifying hyperparameter importance in arbitrary
    subspaces", as Optuna computes it.
    """
    done = [trial for trial in trials if trial.status == "done" and trial.score is not None]
    fields = [name for name in searched_fields(done) if all(name in trial.fields for trial in done)]
    if len(done) < FEWEST or len(fields) < 2:
        return {}
    import optuna

    logger = logging.getLogger("optuna")
    level = logger.level
    logger.setLevel(logging.ERROR)  # it would announce a study of its own
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that the method is new
            study = optuna.create_study(direction="maximize" if rises else "minimize")
            kinds = {name: _distribution([trial.fields[name] for trial in done]) for name in fields}
            for trial in done:
                values = {name: _value(trial.fields[name], kinds[name]) for name in fields}
                study.add_trial(optuna.trial.create_trial(params=values, distributions=kinds, value=trial.score))
            evaluator = optuna.importance.PedAnovaImportanceEvaluator()
            found = optuna.importance.get_param_importances(study, evaluator=evaluator)
    finally:
        logger.setLevel(level)
    return {name: float(share) for name, share in found.items()}


def _distribution(values: Sequence[object]) -> BaseDistribution:
    from optuna.distributions import CategoricalDistribution, FloatDistribution

    if not all(map(is_number, values)):
        return CategoricalDistribution(sorted({str(value) for value in values}))
    numbers = sorted({float(value) for value in values if isinstance(value, int | float)})
    return FloatDistribution(numbers[0], numbers[-1], log=on_a_log_scale(numbers))


def _value(value: object, kind: BaseDistribution) -> str | float:
    return str(value) if hasattr(kind, "choices") or not isinstance(value, int | float) else float(value)
