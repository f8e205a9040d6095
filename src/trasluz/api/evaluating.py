"""What a run scores on a split of its own data, or on other data."""

from __future__ import annotations

from pathlib import Path

from trasluz.api.foreign import open_foreign
from trasluz.api.opened import OpenedRun
from trasluz.data.data import Data
from trasluz.errors import DataError
from trasluz.evaluation.evaluate import evaluate_split
from trasluz.evaluation.evaluation import Evaluation
from trasluz.evaluation.importance import add_importance_bound, check_importance
from trasluz.messages import _
from trasluz.reporting import Reporter
from trasluz.runs.leftovers import remove_leftovers


def evaluate(
    run: OpenedRun, split: str | None, data: str | Path | None, importance_samples: int | None, reporter: Reporter
) -> Evaluation:
    """Scores of ``run``; see ``Run.evaluate``.  Those of its own data are kept under ``looks/``.

    Raises:
        DataError: there is no such split, or the other data's classes are not the run's.
        RequestError: an importance-weighted bound of a model that has none.
    """
    if importance_samples is not None:
        check_importance(run.family, importance_samples)
    source = run.data if data is None else open_foreign(data, run, reporter)
    name = split or ("valid" if data is None else "all")
    _check_split(source, name)
    train = None if data is None else run.data
    found = evaluate_split(run.model, source, name, train=train, reporter=reporter)
    if importance_samples is not None:
        found = add_importance_bound(found, run.model, source, importance_samples, reporter=reporter)
    if data is None:
        remove_leftovers(run.path)
        found.save(run.weights.looks, run.weights.digest())
    return found


def _check_split(source: Data, split: str) -> None:
    """Refuses a split without samples.

    Raises:
        DataError: names the splits that have some.
    """
    if not len(source.split(split)):
        known = ", ".join(name for name, rows in source.splits.items() if len(rows))
        message = _("{data}: there is no {split} split; allowed: {known}.")
        raise DataError(message.format(data=source.name, split=split, known=known))
