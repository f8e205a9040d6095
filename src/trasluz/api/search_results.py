"""What a search leaves beside its runs: ``table.json``, ``table.csv``, ``trials.csv`` and ``study.html``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from trasluz.api.asked_cells import asked_cells
from trasluz.api.searched_ranges import searched_ranges, takes
from trasluz.api.stopped_cells import with_stopped
from trasluz.api.trial_results import Tried, class_names, trial_results, winner_of
from trasluz.api.variants import findings_kept
from trasluz.csv_cells import csv_text
from trasluz.draw.history import History, read_history
from trasluz.draw.resting import study_resting
from trasluz.errors import RequestError
from trasluz.files import write_bytes, write_json
from trasluz.recipe.searching import SearchSection
from trasluz.recipe.study import Study
from trasluz.runs.folder import RunFolder
from trasluz.search.folder import StudyFolder
from trasluz.search.outer_score import OuterScore
from trasluz.search.table import Result, make_table
from trasluz.search.tested import Tested
from trasluz.search.trials.plan import Plan, trial_name
from trasluz.search.trials.standing import CELL, FAILURE, POINT

if TYPE_CHECKING:
    from optuna.trial import FrozenTrial

    from trasluz.api.studies import StudyResult

_MOST_DRAWN = 60  # trials that a page shows, the best: all are in the tables beside it


@dataclass(frozen=True)
class Beside:
    """What is known of a search beside its trials: what its ``outer`` folds say of it, and what its best gave on test
    data."""

    outer: OuterScore | None = None
    tested: Tested | None = None


def write_results(
    folder: StudyFolder,
    plan: Plan,
    trials: Sequence[FrozenTrial],
    language: str,
    beside: Beside | None = None,
) -> StudyResult:
    """Writes them, of what is done so far, and shows what is known ``beside``.

    Raises:
        StorageError: the disk is full or the folder cannot be written.
    """
    from trasluz.api.studies import StudyResult
    from trasluz.report.study import Shown, write_study_page

    begun = [trial for trial in trials if trial.params or trial.state.is_finished()]
    names = {trial.number: trial_name(trial.user_attrs[POINT]) for trial in begun}
    results = [result for trial in begun for result in results_of(trial)]
    variants = {names[t.number]: plan.space.of_labels(t.params) for t in begun}
    best = _best_first(begun, plan)
    reference = names[best[0].number] if best else ""
    metrics = tuple(dict.fromkeys((plan.metric, *plan.study.metrics)))
    table = make_table(results, variants, reference, metrics)
    write_json(folder.path / "table.json", table.to_dict())
    write_bytes(folder.path / "table.csv", table.to_csv().encode())
    write_bytes(folder.path / "trials.csv", trials_csv(trials, plan).encode())
    resting = study_resting(results, reference)
    if variants:
        drawn = {names[trial.number] for trial in best[:_MOST_DRAWN] or begun[:_MOST_DRAWN]}
        tried = _tried(folder, plan, begun)
        pruned = {names[trial.number] for trial in begun if trial.state.name == "PRUNED"}
        failed = {names[trial.number] for trial in begun if FAILURE in trial.user_attrs}
        judged = trial_results(tried, variants, plan.metric, plan.split, pruned, failed)
        judged = with_stopped(judged, plan, begun)
        winner = winner_of(judged, plan.metric)
        if winner is not None:
            write_json(folder.path / "winner.json", winner.to_dict())
        histories, findings = _drawn([one for one in tried if one.result.variant in drawn])
        classes = class_names(tried, plan.split)
        shown = Shown(histories, findings, {}, resting, len(results), tuple(judged), winner, plan.metric, classes)
        if beside is not None:
            shown = replace(shown, outer=beside.outer, tested=beside.tested)
        few = {name: values for name, values in variants.items() if name in drawn}
        page = page_study(plan.study, few, reference or next(iter(few)), plan.cells_of_each)
        asked, ranges = asked_cells(folder, plan, begun), searched_ranges(plan)
        shown = replace(shown, asked=asked, ranges=ranges, takes=takes(plan, best[0] if best else None))
        shown = replace(shown, finished=all(trial.state.is_finished() for trial in trials))
        pictured = make_table([result for result in results if result.variant in drawn], few, reference, metrics)
        write_study_page(folder.path, page, pictured, shown, language)
    return StudyResult(folder.path, table, resting)


def page_study(asked: Study, variants: Mapping[str, Mapping[str, Any]], reference: str, cells: int) -> Study:
    """The search as a study of its trials, which pages show."""
    search = SearchSection()
    update = {"variants": variants, "reference": reference, "over": {}, "search": search, "seeds": cells}
    update |= {"outer": None}
    return asked.model_copy(update=update)


def results_of(trial: FrozenTrial) -> list[Result]:
    """The cells of a trial as a table takes them, from what the trial itself says: no run is read."""
    name, found = trial_name(trial.user_attrs[POINT]), []
    for key, record in trial.user_attrs.items():
        if key.startswith(CELL):
            told = {k: record[k] for k in ("run", "scores", "seconds", "epochs", "parameters", "samples", "judged_on")}
            found.append(Result(name, int(key.removeprefix(CELL)), **told))
    if FAILURE in trial.user_attrs:
        found.append(Result(name, len(found), "", {}, failure=str(trial.user_attrs[FAILURE])))
    return sorted(found, key=lambda result: result.number)


def trials_csv(trials: Sequence[FrozenTrial], plan: Plan) -> str:
    """One line per trial: its fields, state, value, and the runs of its cells."""
    fields = [dimension.field for dimension in plan.space.dimensions]
    lines: list[list[object]] = [["trial", *fields, "state", f"{plan.split}/{plan.metric}", "runs"]]
    for trial in sorted(trials, key=lambda t: int(t.user_attrs[POINT])):
        values = plan.space.of_labels(trial.params)
        runs = " ".join(str(v["run"]) for k, v in trial.user_attrs.items() if k.startswith(CELL))
        value = "" if trial.value is None else trial.value
        own = [values.get(field, "") for field in fields]
        lines.append([trial_name(trial.user_attrs[POINT]), *own, trial.state.name.lower(), value, runs])
    return csv_text(lines)


def _best_first(trials: Sequence[FrozenTrial], plan: Plan) -> list[FrozenTrial]:
    sign = -1.0 if plan.better == "higher" else 1.0
    complete = [
        (sign * float(t.value), t.number, t) for t in trials if t.state.name == "COMPLETE" and t.value is not None
    ]
    return [trial for _value, _number, trial in sorted(complete, key=lambda found: found[:2])]


def _tried(folder: StudyFolder, plan: Plan, trials: Sequence[FrozenTrial]) -> list[Tried]:
    """The cells, those whose runs lie in this folder with what these keep; of those of other hosts only the numbers are
    known here."""
    folds = plan.cells_of_each // plan.study.seeds
    found = []
    for trial in trials:
        seeds = {str(v["run"]): int(v["seed"]) for k, v in trial.user_attrs.items() if k.startswith(CELL)}
        for result in results_of(trial):
            run = RunFolder(folder.runs / result.run)
            if not result.run:
                continue
            try:
                history = read_history(run.metrics() if (run.path / "run.json").is_file() else [])
            except RequestError:
                continue  # a damaged run: its numbers stand in the trial
            fold = None if plan.study.folds is None else result.number % folds
            found.append(Tried(result, run, seeds[result.run], history, fold))
    return found


def _drawn(tried: Sequence[Tried]) -> tuple[dict[str, list[History]], dict[str, list[list[Mapping[str, Any]]]]]:
    """Curves and findings by trial."""
    histories: dict[str, list[History]] = defaultdict(list)
    findings: dict[str, list[list[Mapping[str, Any]]]] = defaultdict(list)
    for one in tried:
        if one.history.epochs:
            histories[one.result.variant].append(one.history)
        if (one.run.path / "findings.json").is_file():
            findings[one.result.variant].append(findings_kept(one.run))
    return dict(histories), dict(findings)
