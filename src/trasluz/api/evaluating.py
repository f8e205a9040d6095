"""What a run scores on a split of its own data, or on other data."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from trasluz.api.foreign import ALL, open_foreign
from trasluz.api.opened import OpenedRun
from trasluz.api.reopening import is_own
from trasluz.data.data import Data
from trasluz.errors import DataError, RequestError
from trasluz.evaluation.evaluate import evaluate_split
from trasluz.evaluation.evaluation import Evaluation
from trasluz.evaluation.importance import add_importance_bound, check_importance
from trasluz.messages import _, sentence
from trasluz.reporting import Reporter
from trasluz.runs.groups import FILE as GROUPS_FILE
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
    own = data is None or (split != ALL and _take_own(run, source, data, reporter))
    if own:
        source = run.data
    name = split or ("valid" if own else ALL)
    _check_split(source, name)
    found = _scores(run, source, name, own, reporter)
    if importance_samples is not None:
        found = add_importance_bound(found, run.model, source, importance_samples, reporter=reporter)
    if own:
        remove_leftovers(run.path)
        found.save(run.weights.looks, run.weights.digest())
    return found


def _take_own(run: OpenedRun, opened: Data, place: str | Path, reporter: Reporter) -> bool:
    """Whether what was ``opened`` as other data are the run's own, which are then taken from there."""
    if not is_own(run.folder, opened):
        return False
    try:
        run.take_data(place, reporter)
    except RequestError:  # equal at the model's size, but not as its recipe reads them
        return False
    message = _("{data}: these are the run's own data, so a split of them is judged; --split all judges all of them.")
    reporter.say(message.format(data=opened.name))
    return True


def _scores(run: OpenedRun, source: Data, split: str, own: bool, reporter: Reporter) -> Evaluation:
    """With baselines, which learn from the run's training data; without them where these are not to be had."""
    try:
        train = None if own else run.data
    except RequestError as error:
        found = _noted(run, source, own, evaluate_split(run.model, source, split, baselines=False, reporter=reporter))
        message = _("No baselines stand beside these numbers, because they learn from the training data: {reason}")
        return replace(found, notes=(*found.notes, message.format(reason=error)))
    return _noted(run, source, own, evaluate_split(run.model, source, split, train=train, reporter=reporter))


def _noted(run: OpenedRun, source: Data, own: bool, found: Evaluation) -> Evaluation:
    """Says where other data have not the groups that the run's own have, so that samples are taken as independent."""
    if own or source.groups is not None:
        return found
    if run.recipe.data.group is None and not (run.path / GROUPS_FILE).is_file():
        return found
    note = sentence(
        "{data}: these data do not say which samples belong together, as the run's own do, so the intervals take each "
        "sample as independent; where they come in groups, the intervals are too narrow.",
        data=source.name,
    )
    return replace(found, notes=(note, *found.notes))


def _check_split(source: Data, split: str) -> None:
    """Refuses a split without samples.

    Raises:
        DataError: names the splits that have some.
    """
    if not len(source.split(split)):
        known = ", ".join(name for name, rows in source.splits.items() if len(rows))
        message = _("{data}: there is no {split} split; allowed: {known}.")
        raise DataError(message.format(data=source.name, split=split, known=known))
