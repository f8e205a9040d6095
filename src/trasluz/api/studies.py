"""study(): trains every cell of a study that is not done yet, judges it, and writes table and page.

The runs are what is remembered, and of cells that train as one (``study_cells.py``) their state: a study that was
stopped goes on with what was stopped.  Several processes may work on one folder; each ends when all cells are done,
whoever did them (``search/sharing.py``).
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from trasluz import allowed
from trasluz.api.listening import listening
from trasluz.api.run import Run, open_run, open_source
from trasluz.api.study_cells import train_shared, trainer_of
from trasluz.api.training import resume
from trasluz.api.trial_results import Tried, class_names, deciding_metric, trial_results, winner_of
from trasluz.api.trusting import Packages, check_code
from trasluz.api.variants import findings_kept, keep_findings, keep_pictures
from trasluz.components import configure
from trasluz.draw.history import History, read_history
from trasluz.draw.resting import StudyResting, study_resting
from trasluz.errors import (
    CheckpointError,
    DamagedError,
    DataError,
    DivergedError,
    Interrupted,
    RecipeError,
    RequestError,
    RunError,
)
from trasluz.evaluation.shown import ShownInNotebooks
from trasluz.files import write_bytes, write_json
from trasluz.messages import _, current_language
from trasluz.recipe import Recipe
from trasluz.recipe.migrations import present_fields
from trasluz.recipe.study import Study, load_study
from trasluz.reporting import Reporter
from trasluz.runs.completeness import missing
from trasluz.runs.evaluations import load_evaluation_summary
from trasluz.runs.folder import RunFolder
from trasluz.runs.leftovers import remove_leftovers
from trasluz.runs.variant_pictures import VariantPictures, load_pictures
from trasluz.runs.weights import Weights
from trasluz.search.folder import Cell, StudyFolder, cells_of
from trasluz.search.index import RunIndex
from trasluz.search.sharing import sweep
from trasluz.search.table import Result, Table, make_table
from trasluz.search.trials.working import CellDone

_MOST_PICTURED = 12  # variants whose pictures a page holds


@dataclass(frozen=True)
class StudyResult(ShownInNotebooks):
    """Where a study lies, its table, and what the differences in it rest on."""

    shown_by: ClassVar[str] = "trasluz.draw.notebook:study_shown"

    path: Path
    table: Table
    resting: StudyResting

    @property
    def page(self) -> Path:
        """The comparison page."""
        return self.path / "study.html"


def study(
    question: str | Path | Study,
    *,
    set: dict[str, Any] | None = None,
    data: str | Path | None = None,
    seeds: int | None = None,
    runs: str | Path = "runs",
    lang: str | None = None,
    allow: Packages = (),
    reporter: Reporter | None = None,
) -> StudyResult:
    """Trains a study: a built-in name, a YAML file, or the folder of a study that was stopped or is being trained.

    ``set`` changes fields of every variant (before the variant's own changes), ``data`` the source, ``seeds`` the
    number of runs per variant; a folder that exists takes only more ``seeds``.  Processes that are given the same
    folder share its runs: none is trained twice.  ``allow`` is that of ``train``.

    Raises:
        RequestError: the study, a variant or the data are wrong; nothing was started.
        Interrupted: Ctrl-C or SIGTERM; the same call with the folder goes on.
    """
    speaker = listening(reporter)
    with allowed.allow(allow):
        folder = _folder(question, set or {}, data, seeds, Path(runs), speaker)
        return _study(folder, lang or current_language(), speaker)


def _study(folder: StudyFolder, language: str, speaker: Reporter) -> StudyResult:
    remove_leftovers(folder.path, deep=False)
    asked, index = folder.study(), RunIndex(folder.runs)
    cells = cells_of(asked)
    for cell in cells:
        check_code(cell.recipe.model)
    speaker.say(_("Study {path}: {count} runs.").format(path=folder.path, count=len(cells)))

    def finish(run: Run, cell: Cell) -> None:
        if cell.number == 0:
            keep_pictures(run, asked.split, speaker)
        keep_findings(run)  # last: then it is done

    def go_on(number: int, cell: Cell) -> None:
        found = index.find(cell.recipe_hash)
        assert found is not None, "it was there, and runs of a study are not deleted while it is trained"
        _do(found, cell, asked.split, f"{number}/{len(cells)}", speaker)

    trainer = trainer_of([cell.recipe for cell in cells], folder.runs, asked.split, speaker, finish)
    try:
        train_shared(
            folder, cells, trainer, lambda run: _is_done(run, asked.split), go_on, partial(_tell, speaker), speaker
        )
    except Interrupted:
        raise Interrupted(_("Interrupted; go on with: trasluz study {path}").format(path=folder.path)) from None
    finally:
        table, resting = _write_in_turn(folder, asked, cells, index, language)
    unknown = [name for name in asked.metrics if name not in table.metrics]
    if unknown and table.metrics:
        message = _("metrics: no run has {unknown}; measured are {known}.")
        speaker.warn(message.format(unknown=", ".join(unknown), known=", ".join(table.metrics)))
    return StudyResult(folder.path, table, resting)


def _folder(
    question: str | Path | Study,
    changes: dict[str, Any],
    data: str | Path | None,
    seeds: int | None,
    runs: Path,
    speaker: Reporter,
) -> StudyFolder:
    """The folder to work in; every cell's recipe was made before it is written."""
    if not isinstance(question, Study) and StudyFolder.is_one(Path(question)):
        return _opened(Path(question), changes, data, seeds)
    asked = question if isinstance(question, Study) else load_study(question)
    given = {**present_fields(asked.set), **present_fields(changes)} | (
        {} if data is None else {"data.source": str(data)}
    )
    asked = configure(Study, {**asked.model_dump(), "set": given, "seeds": asked.seeds if seeds is None else seeds}, "")
    recipes = asked.first_recipes()
    for recipe in recipes.values():
        check_code(recipe.model)
    RunFolder.check_parent(runs)
    _check_data(list(recipes.values()), asked.split, speaker)
    return StudyFolder.create(runs, asked)


def _check_data(recipes: Sequence[Recipe], split: str, speaker: Reporter) -> None:
    """Makes sure that every variant has data to be judged on, before anything is trained.

    Raises:
        RequestError: data that cannot be opened, or without the split ``split``.
    """
    seen = set()
    for recipe in recipes:
        key = recipe.data.model_dump_json()
        if key in seen:
            continue
        seen.add(key)
        data = open_source(recipe.data, recipe.seed, speaker)
        if not len(data.split(split)):
            known = ", ".join(name for name, rows in data.splits.items() if len(rows))
            message = _("split: {data} has no {split} split to judge the variants on; allowed: {known}.")
            raise RecipeError(message.format(data=data.name, split=split, known=known))


def _opened(path: Path, changes: dict[str, Any], data: str | Path | None, seeds: int | None) -> StudyFolder:
    if changes or data is not None:
        raise DataError(
            _("{path}: a study goes on with the settings that it has; start a new one for others.").format(path=path)
        )
    folder = StudyFolder.open(path)
    asked = folder.study()
    if seeds is not None and seeds < asked.seeds:
        message = _("--seeds {seeds}: this study has {count} seeds already; give at least as many.")
        raise DataError(message.format(seeds=seeds, count=asked.seeds))
    if seeds is not None and seeds > asked.seeds:
        more = configure(Study, {**asked.model_dump(), "seeds": seeds}, "")
        write_bytes(path / "study.yaml", more.to_yaml().encode())
    return folder


def _is_done(found: RunFolder | None, split: str) -> bool:
    """Whether a cell's run is at its end, judged, and has its findings, which come last; or diverged."""
    if found is None:
        return False
    info = found.info()
    whole = info["status"] == "finished" and not missing(found.path)
    judged = whole and _is_judged(Weights(found.path), split)
    return (judged and (found.path / "findings.json").is_file()) or _diverged(info)


def _tell(speaker: Reporter, done: CellDone) -> None:
    """Says why a cell has no numbers, which is a result, not the study's end."""
    if done.failure is not None:
        message = _("{variant}, seed {seed}: {reason}")
        reason = done.failure.rstrip(".")
        speaker.warn(message.format(variant=done.cell.variant, seed=done.cell.recipe.seed, reason=reason))


def _do(found: RunFolder, cell: Cell, split: str, label: str, speaker: Reporter) -> None:
    """Finishes one cell that was begun, and judges it; a variant that diverges is a result, not the study's end."""
    speaker.say(_("{label}: {variant}, seed {seed}").format(label=label, variant=cell.variant, seed=cell.recipe.seed))
    try:
        run = _trained(found, speaker)
        if cell.number == 0:
            keep_pictures(run, split, speaker)  # before the run is judged, after which it is never looked at again
        if not _is_judged(run.weights, split):
            run.evaluate(split, reporter=speaker)
        keep_findings(run)
    except DivergedError as error:
        speaker.warn(str(error))
    except (RunError, CheckpointError) as error:
        speaker.warn(_damaged(found, error))


def _is_judged(weights: Weights, split: str) -> bool:
    """Whether there is an evaluation that can be read; a damaged one is made again."""
    try:
        return load_evaluation_summary(weights, split) is not None
    except DamagedError:
        return False


def _damaged(run: RunFolder, error: Exception) -> str:
    """What a study says of a run that it cannot read."""
    reason = str(error).removeprefix(f"{run.path}: ")
    return _("damaged: {path}: {reason}").format(path=run.path, reason=reason)


def _trained(found: RunFolder, speaker: Reporter) -> Run:
    if found.info()["status"] == "finished" and not missing(found.path):
        return open_run(found.path)
    return resume(found.path, reporter=speaker)


def _diverged(info: Mapping[str, Any]) -> bool:
    return bool(info["status"] == "failed" and "failure" in info)


def _write_in_turn(
    folder: StudyFolder, asked: Study, cells: Sequence[Cell], index: RunIndex, language: str
) -> tuple[Table, StudyResting]:
    """One process writes at a time, from what all have done until then, so that the last word is the whole one."""
    writing = folder.writing
    writing.take(waiting=lambda _error: None)  # it takes moments
    try:
        now = folder.study()  # another process may have asked for more seeds
        sweep(folder)
        return _write(folder, now, cells if now == asked else cells_of(now), index, language)
    finally:
        writing.release()


def _write(
    folder: StudyFolder, asked: Study, cells: Sequence[Cell], index: RunIndex, language: str
) -> tuple[Table, StudyResting]:
    """``table.json``, ``table.csv`` and ``study.html`` of what is done."""
    from trasluz.report.study import Shown, write_study_page

    index.refresh()
    results: list[Result] = []
    histories: dict[str, list[History]] = defaultdict(list)
    parameters: dict[str, int] = {}
    pictures: dict[str, VariantPictures] = {}
    findings: dict[str, list[list[Mapping[str, Any]]]] = defaultdict(list)
    tried: list[Tried] = []
    for cell in cells:
        run = index.known(cell.recipe_hash)
        if run is None:
            continue
        try:
            result = _result(run, cell, asked.split, parameters)
            records = run.metrics()
        except RequestError as error:
            results.append(Result(cell.variant, cell.number, run.path.name, {}, failure=_damaged(run, error)))
            continue
        if result is not None:
            results.append(dataclasses.replace(result, epochs=len(records)))
            histories[cell.variant].append(read_history(records))
            tried.append(Tried(results[-1], run, cell.recipe.seed, histories[cell.variant][-1]))
            if (run.path / "findings.json").is_file():
                findings[cell.variant].append(findings_kept(run))
            if cell.number == 0 and len(pictures) < _MOST_PICTURED:
                found = load_pictures(Weights(run.path))
                pictures |= {} if found is None else {cell.variant: found}
    table = make_table(results, asked.variants, asked.compared_with, asked.metrics)
    write_json(folder.path / "table.json", table.to_dict())
    write_bytes(folder.path / "table.csv", table.to_csv().encode())
    ordered = {name: histories[name] for name in asked.variants if name in histories}
    resting = study_resting(results, asked.compared_with)
    metric = deciding_metric(table)
    trials = trial_results(tried, asked.variants, metric, asked.split) if metric else []
    winner = winner_of(trials, metric)
    if winner is not None:
        write_json(folder.path / "winner.json", winner.to_dict())
    classes = class_names(tried, asked.split)
    shown = Shown(ordered, findings, pictures, resting, len(results), tuple(trials), winner, metric or "", classes)
    write_study_page(folder.path, asked, table, shown, language)
    return table, resting


def _result(run: RunFolder, cell: Cell, split: str, parameters: dict[str, int]) -> Result | None:
    """What came out of a cell, ``None`` while it is not done; ``parameters`` of each variant are counted once."""
    info = run.info()
    blank = Result(cell.variant, cell.number, run.path.name, {})
    if _diverged(info):
        lost = info["failure"]
        message = _("seed {seed} diverged: {term} was not finite in epoch {epoch}")
        failure = message.format(seed=cell.recipe.seed, term=lost["term"], epoch=lost["epoch"])
        return dataclasses.replace(blank, failure=failure)
    if info["status"] != "finished":
        return None
    judged = load_evaluation_summary(Weights(run.path), split)
    if judged is None:
        return None
    if cell.variant not in parameters:
        parameters[cell.variant] = _parameters(run, info)
    return dataclasses.replace(
        blank,
        scores=judged["metrics"],
        seconds=float(info["timings"]["training_seconds"]),
        parameters=parameters[cell.variant],
        samples=int(judged["count"]),
        judged_on=_judged_on(info, cell, split),
    )


def _judged_on(info: Mapping[str, Any], cell: Cell, split: str) -> str:
    """A text that is equal for runs that were judged on the same samples: as the run says, or, of one of before runs
    said it, as its recipe draws them."""
    known = (info.get("split_fingerprints") or {}).get(split)
    if known is not None:
        return str(known)
    data = cell.recipe.data
    drawn = (data.source, data.valid, data.test, data.limits.valid, data.limits.test, cell.recipe.seed)
    return f"{info.get('fingerprint', '')} {drawn}"


def _parameters(run: RunFolder, info: Mapping[str, Any]) -> int:
    """As the run says; older ones do not, so their networks are built."""
    stored = info.get("parameters")
    return int(stored) if stored is not None else sum(p.numel() for p in open_run(run.path).networks.parameters())
