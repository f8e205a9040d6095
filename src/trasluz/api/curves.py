"""curve(): trains a recipe with fewer and more images on several folds, and says what still more would give.

It is remembered as a study is: a curve that was stopped goes on with what is missing, and several processes may work
on one folder.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trasluz import allowed
from trasluz.api.asked import resolve
from trasluz.api.listening import listening
from trasluz.api.run import open_run, open_source
from trasluz.api.search_cells import nothing
from trasluz.api.study_cells import train_shared, trainer_of
from trasluz.api.training import resume
from trasluz.api.trusting import Packages, check_code
from trasluz.data.refold import folds_of, refold
from trasluz.draw.learning_curve import gain_sentence, notes
from trasluz.errors import DivergedError, Interrupted, RequestError
from trasluz.files import write_json
from trasluz.messages import _, current_language
from trasluz.recipe import FoldSection, Recipe
from trasluz.reporting import Reporter
from trasluz.runs.completeness import missing
from trasluz.runs.evaluations import load_evaluation_summary
from trasluz.runs.folder import RunFolder
from trasluz.runs.weights import Weights
from trasluz.search.curve import (
    CurveAsked,
    CurveCell,
    LearningCurve,
    create_folder,
    is_curve,
    make_curve,
    metric_of,
    open_folder,
    sizes_between,
)
from trasluz.search.folder import Cell, StudyFolder
from trasluz.search.index import RunIndex
from trasluz.search.sharing import sweep
from trasluz.search.trials.working import CellDone

SIZES, FOLDS = 10, 3
_SPLIT = "valid"


@dataclass(frozen=True)
class CurveResult:
    """Where a learning curve lies, and what came out."""

    path: Path
    curve: LearningCurve

    @property
    def page(self) -> Path:
        """The page with the figure."""
        return self.path / "curve.html"

    @property
    def sentence(self) -> str:
        """What twice the images would give, in the language in force."""
        return gain_sentence(self.curve)

    @property
    def notes(self) -> list[str]:
        """What to know beside it."""
        return notes(self.curve)


def curve(
    recipe: str | Path | Recipe,
    *,
    data: str | Path | None = None,
    set: dict[str, Any] | None = None,
    seed: int | None = None,
    sizes: int | None = None,
    folds: int | None = None,
    metric: str | None = None,
    runs: str | Path = "runs",
    lang: str | None = None,
    allow: Packages = (),
    reporter: Reporter | None = None,
) -> CurveResult:
    """The learning curve of ``recipe``, or of the folder of one that was stopped, which goes on.

    ``sizes`` numbers of training images (10) in geometric steps, each trained on ``folds`` (3) folds as the recipe
    says, or on those of its own ``data.fold``.  ``metric``: what is drawn, by default the accuracy, or of what
    reconstructs the squared error, on the fold's images.  ``data``, ``set``, ``seed``, ``runs``, ``lang`` and ``allow``
    are those of ``train`` and ``study``.

    Raises:
        RequestError: the recipe, the data or a value is wrong; nothing was started.
        Interrupted: Ctrl-C or SIGTERM; the same call with the folder goes on.
    """
    speaker = listening(reporter)
    with allowed.allow(allow):
        known = not isinstance(recipe, Recipe) and is_curve(Path(recipe))
        if known:
            if any(value is not None for value in (data, set, seed, sizes, folds, metric)):
                message = _(
                    "{path}: a learning curve goes on with the settings that it has; start a new one for others."
                )
                raise RequestError(message.format(path=recipe))
            path, asked = Path(str(recipe)), open_folder(Path(str(recipe)))
        else:
            whole, _arrays = resolve(recipe, data=data, set=set, seed=seed)
            asked = _asked(whole, sizes or SIZES, folds, metric, speaker)
            RunFolder.check_parent(Path(runs))
            path = create_folder(Path(runs), asked)
        return _curve(path, asked, lang or current_language(), speaker)


def _asked(recipe: Recipe, sizes: int, folds: int | None, metric: str | None, speaker: Reporter) -> CurveAsked:
    """The sizes up to what every fold has for training.

    Raises:
        RequestError: there are too few images, or more folds than can be.
    """
    check_code(recipe.model)
    own = recipe.data.fold
    fold = FoldSection(count=max(folds or FOLDS, 2)) if own is None else own.model_copy(update={"index": 0})
    section = recipe.data.model_copy(update={"fold": fold})
    data = open_source(section, recipe.seed, speaker)
    count = min(folds_of(section, data), folds or FOLDS) if own is not None else folds_of(section, data)
    most = min(
        len(
            refold(data, section.model_copy(update={"fold": fold.model_copy(update={"index": i})}), recipe.seed).split(
                "train"
            )
        )
        for i in range(count)
    )
    chosen = sizes_between(most, sizes, len(data.classes))
    return CurveAsked(recipe=recipe.to_dict(), sizes=chosen, folds=count, fold=fold, metric=metric)


def _curve(path: Path, asked: CurveAsked, language: str, speaker: Reporter) -> CurveResult:
    folder, cells = StudyFolder(path), asked.cells()
    index = RunIndex(folder.runs)
    check_code(cells[0].recipe.model)
    message = _("Learning curve {path}: {sizes} sizes from {least} to {most} images, {folds} folds.")
    ends = {"least": asked.sizes[0], "most": asked.sizes[-1]}
    speaker.say(message.format(path=path, sizes=len(asked.sizes), folds=asked.folds, **ends))

    checked: list[Cell] = []

    def ended(done: CellDone) -> None:
        _tell(done, speaker)
        if done.record and not checked:
            checked.append(done.cell)
            metric_of([done.record["scores"]], asked.metric)  # refuses one that no run has

    def go_on(number: int, cell: Cell) -> None:
        found = index.find(cell.recipe_hash)
        assert found is not None, "it was there, and runs of a curve are not deleted while it is trained"
        _do(found, cell, f"{number}/{len(cells)}", speaker)

    trainer = trainer_of([cell.recipe for cell in cells], folder.runs, _SPLIT, speaker, nothing)
    try:
        train_shared(folder, cells, trainer, _is_done, go_on, ended, speaker)
    except Interrupted:
        raise Interrupted(_("Interrupted; go on with: trasluz search curve {path}").format(path=path)) from None
    finally:
        result = _write(folder, asked, cells, index, language)
    if result is None:
        message = _("{path}: every training failed, so there is no curve; look at why in its runs.")
        raise RequestError(message.format(path=path))
    return CurveResult(path, result)


def _is_done(found: RunFolder | None) -> bool:
    """Whether a cell's run is at its end and judged, or diverged."""
    if found is None:
        return False
    info = found.info()
    whole = info["status"] == "finished" and not missing(found.path)
    return (whole and load_evaluation_summary(Weights(found.path), _SPLIT) is not None) or _diverged(found)


def _diverged(run: RunFolder) -> bool:
    info = run.info()
    return bool(info["status"] == "failed" and "failure" in info)


def _tell(done: CellDone, speaker: Reporter) -> None:
    """Says why a cell has no number."""
    if done.failure is not None:
        message = _("{size} images, fold {fold}: {reason}")
        reason = done.failure.rstrip(".")
        speaker.warn(message.format(size=done.cell.variant, fold=done.cell.number + 1, reason=reason))


def _do(found: RunFolder, cell: Cell, label: str, speaker: Reporter) -> None:
    """Finishes one cell that was begun, and judges it."""
    message = _("{label}: {size} images, fold {fold}")
    speaker.say(message.format(label=label, size=cell.variant, fold=cell.number + 1))
    try:
        if found.info()["status"] == "finished" and not missing(found.path):
            run = open_run(found.path)
        else:
            run = resume(found.path, reporter=speaker)
        run.evaluate(_SPLIT, reporter=speaker)
    except DivergedError as error:
        speaker.warn(str(error))


def _write(
    folder: StudyFolder, asked: CurveAsked, cells: Sequence[Cell], index: RunIndex, language: str
) -> LearningCurve | None:
    """``curve.json`` and ``curve.html`` of what is done; ``None`` where nothing is.  One process writes at a time."""
    from trasluz.report.learning_curve import write_curve_page

    writing = folder.writing
    writing.take(waiting=lambda _error: None)  # it takes moments
    try:
        sweep(folder)
        index.refresh()
        judged, failed = {}, []
        for cell in cells:
            run = index.known(cell.recipe_hash)
            if run is not None and _is_done(run):
                found = None if _diverged(run) else load_evaluation_summary(Weights(run.path), _SPLIT)
                if found is None:
                    failed.append((int(cell.variant), cell.number))
                else:
                    judged[cell.recipe_hash] = (cell, found, run.path.name)
        if not judged:
            return None
        metric = metric_of([found["metrics"] for _cell, found, _name in judged.values()], asked.metric)
        done = [
            CurveCell(int(cell.variant), cell.number, float(found["metrics"][metric]), int(found["count"]), name)
            for cell, found, name in judged.values()
        ]
        made = make_curve(metric, done, len(cells), failed)
        write_json(folder.path / "curve.json", made.to_dict())
        write_curve_page(folder.path, asked.base(), made, language)
        return made
    finally:
        writing.release()
