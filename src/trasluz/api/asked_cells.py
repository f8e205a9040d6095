"""What rules find in the cells of a search: asked when each is done, kept with its numbers, gathered for the page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trasluz.api.findings import stored_sizes
from trasluz.errors import RequestError
from trasluz.evaluation.evaluation import Evaluation
from trasluz.findings.evidence import Evidence
from trasluz.findings.of_training import check_training, training_rules
from trasluz.messages import LANGUAGES, _, language
from trasluz.recipe import Recipe
from trasluz.runs.folder import RunFolder
from trasluz.search.cell_findings import AskedCell, AskedCells
from trasluz.search.folder import StudyFolder
from trasluz.search.index import RunIndex
from trasluz.search.trials.plan import Plan, trial_name
from trasluz.search.trials.standing import CELL, FAILURE, POINT

if TYPE_CHECKING:
    from optuna.trial import FrozenTrial

FOUND = "findings"  # in what a trial keeps of a cell


def found_in(
    run: Path,
    recipe: Recipe,
    info: Mapping[str, Any],
    history: Sequence[Mapping[str, Any]],
    evaluation: Evaluation | None = None,
) -> list[dict[str, Any]]:
    """Faults and cautions of a training that ended in the folder ``run``, as plain values for any storage.

    Raises:
        DamagedError: its weights are damaged.
    """
    evaluations = {} if evaluation is None else {evaluation.split: evaluation}
    return check_training(Evidence(recipe, info, history, evaluations, parameters=stored_sizes(run)))


def asked_cells(folder: StudyFolder, plan: Plan, trials: Sequence[FrozenTrial]) -> AskedCells:
    """The cells of ``trials`` that rules were asked of, and those that failed; reads runs of the latter alone."""
    index = RunIndex(folder.runs)
    cells = [cell for trial in trials for cell in _cells_of(trial, plan, index)]
    fields = tuple(dimension.field for dimension in plan.space.dimensions)
    return AskedCells(tuple(cells), fields, len(training_rules()))


def _cells_of(trial: FrozenTrial, plan: Plan, index: RunIndex) -> Iterator[AskedCell]:
    name, fields = trial_name(trial.user_attrs[POINT]), plan.space.of_labels(trial.params)
    for key, record in trial.user_attrs.items():
        if key.startswith(CELL) and FOUND in record:
            yield AskedCell(name, fields, str(record["run"]), tuple(record[FOUND]))
    if FAILURE in trial.user_attrs:
        yield _failed(trial, name, fields, plan, index)


def _failed(trial: FrozenTrial, name: str, fields: Mapping[str, Any], plan: Plan, index: RunIndex) -> AskedCell:
    """The cell that ended a trial: what its run says of it, where that lies here, else what its worker said."""
    for cell in plan.cells(int(trial.user_attrs[POINT]), fields):
        run = index.find(cell.recipe_hash)
        found = [] if run is None else _found_in_failed(run, cell.recipe)
        if run is not None and found:
            return AskedCell(name, fields, run.path.name, tuple(found))
    return AskedCell(name, fields, "", (_told(str(trial.user_attrs[FAILURE])),))


def _found_in_failed(run: RunFolder, recipe: Recipe) -> list[dict[str, Any]]:
    try:
        info = run.info()
        failed = info["status"] == "failed"
        return found_in(run.path, recipe, info, run.metrics()) if failed else []
    except RequestError:  # a damaged run
        return []


def _told(failure: str) -> dict[str, Any]:
    titles: dict[str, str] = {}
    for name in LANGUAGES:
        with language(name):
            titles[name] = _("The training failed")
    return {"rule": "failed", "severity": "bad", "title": titles, "seen": dict.fromkeys(LANGUAGES, failure)}
