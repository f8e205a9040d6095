"""compare(): runs side by side on one page, with what can be said of their differences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from trasluz.api.applying import to_bytes
from trasluz.api.looks import subject_of
from trasluz.api.run import Run, open_run
from trasluz.draw.history import read_history
from trasluz.draw.provenance import Origin
from trasluz.errors import CheckpointError, DamagedError, DataError, RecipeError, RequestError
from trasluz.evaluation.evaluation import Evaluation
from trasluz.look.shown import few_of_each_class, from_rows
from trasluz.look.through import Through, see_through
from trasluz.messages import _, current_language
from trasluz.report.comparison import Comparison, Seen, write_comparison_page
from trasluz.reporting import Reporter
from trasluz.runs.weights import FINAL
from trasluz.search.compare import Entry, common_rows, compare_table, recipe_differences, run_names
from trasluz.search.table import Table

_PREFERRED = ("test", "valid", "train")
_IMAGES = 10
_SAMPLES = 10


@dataclass(frozen=True)
class ComparisonResult:
    """Where the page lies, the split that was judged by, and the table: the first whole run is its reference.

    ``damaged``: folder → what is wrong with it, of runs that cannot be compared.
    """

    page: Path
    split: str
    table: Table
    damaged: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Compared:
    """One run with what is known of it here; ``lacks`` says why it has no numbers."""

    name: str
    run: Run
    evaluation: Evaluation | None
    same: bool
    lacks: str | None


def compare(
    *runs: str | Path | Run,
    split: str | None = None,
    out: str | Path | None = None,
    lang: str | None = None,
    weights: str = FINAL,
    reporter: Reporter | None = None,
) -> ComparisonResult:
    """Lays two or more runs side by side on one page, differences taken from the first.

    ``split``: what all are judged by; otherwise test where all were evaluated on it before, else validation, which is
    evaluated where it was not.  ``out``: the page's file, ``comparison.html`` beside the first run by default.
    ``weights``: of the runs that are given as folders, ``final`` or ``best``.

    A damaged run is named on the page and left out; the others are shown.

    Raises:
        RequestError: fewer than two runs, or one given twice.
        RunError: a folder that is no run, or no run that is whole.
        DataError: a run without the split that was asked for.
        StorageError: the page cannot be written.
    """
    speaker = reporter or Reporter()
    opened, damaged = _opened(runs, weights)
    for path, reason in damaged.items():
        speaker.warn(_("damaged: {path}: {reason}").format(path=path, reason=reason))
    for run in opened if split else ():
        _check_split(run, str(split))
    chosen = split or _common_split(opened)
    compared = _judged(opened, chosen, speaker)
    entries = [_entry(one) for one in compared]
    table = compare_table(entries)
    comparison = Comparison(
        table=table,
        split=chosen,
        differing=recipe_differences([entry.recipe for entry in entries]),
        histories={one.name: read_history(one.run.history) for one in compared},
        infos={one.name: one.run.info for one in compared},
        counts={one.name: one.evaluation.count for one in compared if one.evaluation is not None},
        common=_common(compared),
        seen=_seen(compared, speaker),
        folders={one.name: one.run.weights.label for one in compared},
        damaged=damaged,
    )
    target = Path(out) if out is not None else opened[0].path.parent / "comparison.html"
    target.parent.mkdir(parents=True, exist_ok=True)
    page = write_comparison_page(target, comparison, _origin(compared), lang or current_language())
    return ComparisonResult(page, chosen, table, damaged)


def _opened(runs: Sequence[str | Path | Run], weights: str) -> tuple[list[Run], dict[str, str]]:
    """The runs that are whole, and what is wrong with each of the others.

    Raises:
        RequestError: as ``compare``.
    """
    if len(runs) < 2:
        raise RequestError(_("compare: {count} run was given; give at least two.").format(count=len(runs)))
    opened, damaged, problem = [], dict[str, str](), None
    for given in runs:
        try:
            run = given if isinstance(given, Run) else open_run(given, weights=weights)
            _read_all(run)
            opened.append(run)
        except (DamagedError, CheckpointError) as error:
            problem = problem or error
            path = str(given.path if isinstance(given, Run) else given)
            damaged[path] = str(error).removeprefix(f"{path}: ")
    if problem is not None and not opened:
        raise problem
    locations = [(run.path.resolve(), run.weights.name) for run in opened]
    for location, run in zip(locations, opened, strict=True):
        if locations.count(location) > 1:
            raise RequestError(_("compare: {path} was given twice; name each run once.").format(path=run.path))
    return opened, damaged


def _read_all(run: Run) -> None:
    """Reads what a comparison shows of a run.

    Raises:
        DamagedError, CheckpointError: a file is damaged.
    """
    try:
        run.recipe, run.history, run.evaluations()
    except RecipeError as error:
        raise DamagedError(str(error)) from None
    if run.weights.stored():
        run.model  # noqa: B018 - reading it is what tells whether it is damaged


def _check_split(run: Run, split: str) -> None:
    sizes = run.info.get("splits") or {}
    if not sizes.get(split):
        known = ", ".join(name for name, size in sizes.items() if size)
        message = _("{data}: there is no {split} split; allowed: {known}.")
        raise DataError(message.format(data=run.path, split=split, known=known))


def _common_split(runs: Sequence[Run]) -> str:
    """The split to judge by: one that all were judged on, or else validation (training, where one has none)."""
    done = [{path.name.removeprefix("evaluation-") for path in run.weights.looks.glob("evaluation-*")} for run in runs]
    for name in _PREFERRED:
        if all(name in own for own in done):
            return name
    return "valid" if all((run.info.get("splits") or {}).get("valid", 1) for run in runs) else "train"


def _judged(runs: Sequence[Run], split: str, speaker: Reporter) -> list[_Compared]:
    names = run_names([(run.recipe.name, run.recipe.seed, run.weights.label) for run in runs])
    found: list[_Compared] = []
    with speaker.task(_("Comparing"), total=len(runs)) as task:
        for name, run in zip(names, runs, strict=True):
            evaluation, lacks = _evaluation(run, split, speaker)
            found.append(_Compared(name, run, evaluation, _same_samples(runs[0], run), lacks))
            task.advance(note=name)
    return found


def _evaluation(run: Run, split: str, speaker: Reporter) -> tuple[Evaluation | None, str | None]:
    """The numbers of a run, or why there are none."""
    if not run.weights.stored():
        return None, _("no trained model yet ({status})").format(status=run.status)
    done = run.evaluations()
    if split in done:
        return done[split], None
    try:
        return run.evaluate(split, reporter=speaker), None
    except RequestError as error:
        return None, str(error)


def _same_samples(reference: Run, run: Run) -> bool:
    """Whether a row number means the same sample in both: the same data, or the same files in another size."""
    if reference.info.get("fingerprint") == run.info.get("fingerprint"):
        return True
    if reference.info.get("data") != run.info.get("data"):
        return False
    try:
        files = reference.data.files
        return files is not None and files == run.data.files
    except RequestError:
        return False


def _entry(one: _Compared) -> Entry:
    info = one.run.info
    return Entry(
        name=one.name,
        run=one.run.weights.label,
        recipe=one.run.recipe,
        evaluation=one.evaluation,
        paired=one.same,
        seconds=float((info.get("timings") or {}).get("training_seconds", 0.0)),
        epochs=len(read_history(one.run.history).epochs),
        parameters=sum(p.numel() for p in one.run.networks.parameters()) if one.run.weights.stored() else 0,
        failure=one.lacks,
    )


def _common(compared: Sequence[_Compared]) -> dict[str, int]:
    """Samples that each run shares with the first; 0 where none are known to be the same."""
    first = compared[0].evaluation
    return {
        one.name: len(common_rows([first, one.evaluation])) if one.same and first and one.evaluation else 0
        for one in compared
    }


def _origin(compared: Sequence[_Compared]) -> Origin:
    """One of the runs; the words beside an image say which."""
    origins = [one.run.origin for one in compared]
    parts = ([o.run for o in origins], [o.recipe for o in origins], [o.recipe_hash for o in origins])
    return Origin(*(", ".join(dict.fromkeys(part)) for part in parts))


def _seen(compared: Sequence[_Compared], speaker: Reporter) -> Seen:
    """The same images through every run that can be shown them, and samples of those that make some."""
    reference = compared[0]
    able = [one for one in compared if one.run.weights.stored() and one.run.model.spec.kind == "image"]
    pictures, rows, names, labels = _images(compared) if reference in able else _NOTHING
    sides: dict[str, Through] = {}
    with speaker.task(_("Looking at the same images"), total=len(able)) as task:
        for one in able:
            side = _side(one, pictures, rows)
            if "generate" in one.run.capabilities:
                side = replace(side, samples=one.run.generate(_SAMPLES).images)
            sides[one.name] = side
            task.advance(note=one.name)
    foreign = tuple(one.name for one in able if not one.same) if len(rows) else ()
    return Seen(sides, names, labels, reference.name, foreign)


_Images = tuple[np.ndarray, np.ndarray, tuple[str, ...], tuple[str, ...]]
_NOTHING: _Images = (np.empty((0, 1, 1, 1), np.uint8), np.empty(0, np.int64), (), ())


def _images(compared: Sequence[_Compared]) -> _Images:
    """Images of the first run that as many of the others as share its data did not train on: as bytes, their rows,
    names and true classes."""
    run = compared[0].run
    judged = [one.evaluation for one in compared if one.same and one.evaluation is not None]
    rows = common_rows(judged) if judged else np.empty(0, np.int64)
    if not len(rows) and judged:
        rows = common_rows(judged[:1])
    try:
        data = run.data
    except RequestError:
        return _NOTHING
    if not len(rows):
        return _NOTHING
    rows = few_of_each_class(data, rows, _IMAGES)
    shown = from_rows(data, rows)
    pictures = to_bytes(run.model.over(shown.samples, lambda _inputs, images: images))
    return pictures, rows, shown.names, tuple(_said(label, data.classes) for label in shown.labels)


def _said(label: np.ndarray, classes: tuple[str, ...]) -> str:
    """The true class or classes as text."""
    if np.ndim(label):
        return ", ".join(name for name, held in zip(classes, label, strict=True) if held)
    return classes[int(label)] if int(label) >= 0 else ""


def _side(one: _Compared, pictures: np.ndarray, rows: np.ndarray) -> Through:
    """The images through one run: its own stored ones where it knows them, else as near as they can be brought."""
    if not len(rows):
        return Through(pictures)
    subject = subject_of(one.run, None)
    try:
        samples = np.asarray(one.run.data.samples[rows]) if one.same else one.run.load(pictures).samples
    except RequestError:
        return Through(pictures[:0])
    return see_through(subject, samples)
