"""compare(): runs side by side on one page, with what can be said of their differences."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import ClassVar

import numpy as np

from trasluz.api.applying import to_bytes
from trasluz.api.listening import listening
from trasluz.api.looks import subject_of
from trasluz.api.run import Run, open_run
from trasluz.api.same_samples import known_samples, rows_of, untrained_by_all
from trasluz.draw.history import read_history
from trasluz.draw.provenance import Origin
from trasluz.draw.resting import Resting
from trasluz.errors import CheckpointError, DamagedError, DataError, RecipeError, RequestError
from trasluz.evaluation.evaluate import evaluate_split
from trasluz.evaluation.evaluation import Evaluation
from trasluz.evaluation.shown import ShownInNotebooks
from trasluz.look.shown import few_of_each_class, from_rows
from trasluz.look.through import Through, see_through
from trasluz.messages import _, current_language
from trasluz.report.comparison import Comparison, Seen, write_comparison_page
from trasluz.reporting import Reporter
from trasluz.runs.splits import KnownSamples, load_known
from trasluz.runs.weights import FINAL
from trasluz.search.common import FEWEST, Judged
from trasluz.search.compare import Entry, common_counts, compare_table, recipe_differences, run_names
from trasluz.search.table import Table

_PREFERRED = ("test", "valid", "train")
_IMAGES = 10
_SAMPLES = 10
COMMON = "common"  # what images are called that all runs know and none was trained on


@dataclass(frozen=True)
class ComparisonResult(ShownInNotebooks):
    """Where the page lies, the split that was judged by, and the table: the first whole run is its reference.

    ``resting``: on how many images each difference rests, and what to do where these are too few.  ``damaged``: folder
    → what is wrong with it, of runs that cannot be compared.
    """

    shown_by: ClassVar[str] = "trasluz.draw.notebook:comparison_shown"

    page: Path
    split: str
    table: Table
    resting: Resting
    damaged: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Compared:
    """One run with what is known of it here: its samples, as far as can be told; ``lacks`` says why it has no
    numbers."""

    name: str
    run: Run
    evaluation: Evaluation | None
    known: KnownSamples | None
    lacks: str | None

    @property
    def judged(self) -> Judged | None:
        """Which samples it was judged on."""
        if self.known is None or self.evaluation is None:
            return None
        rows = self.evaluation.arrays.get("rows", np.empty(0, np.int64))
        if len(rows) and not 0 <= rows.min() <= rows.max() < len(self.known.identities):
            return None  # an evaluation of other data, which somebody put there
        return Judged(self.known.identities[rows], self.known.trained)


def compare(
    *runs: str | Path | Run,
    split: str | None = None,
    common: bool = False,
    out: str | Path | None = None,
    lang: str | None = None,
    weights: str = FINAL,
    reporter: Reporter | None = None,
) -> ComparisonResult:
    """Lays two or more runs side by side on one page, differences taken from the first.

    ``split``: what all are judged by; otherwise test where all were evaluated on it before, else validation, which is
    evaluated where it was not.  ``common`` judges them all on the images that all of them know and that none was
    trained on or keeps for its test, instead of a split of each.  ``out``: the page's file, ``comparison.html`` beside
    the first run by default.  ``weights``: of the runs that are given as folders, ``final`` or ``best``.

    A damaged run is named on the page and left out; the others are shown.

    Raises:
        RequestError: fewer than two runs, or one given twice; ``split`` and ``common`` together, or fewer than 30
            images for ``common``.
        RunError: a folder that is no run, or no run that is whole.
        DataError: a run without the split that was asked for.
        StorageError: the page cannot be written.
    """
    speaker = listening(reporter)
    opened, damaged = _opened(runs, weights)
    for path, reason in damaged.items():
        speaker.warn(_("damaged: {path}: {reason}").format(path=path, reason=reason))
    if split and common:
        raise RequestError(_("compare: --split and --common say two things; give one of them."))
    for run in opened if split else ():
        _check_split(run, str(split))
    known = known_samples(opened)
    chosen = COMMON if common else split or _common_split(opened)
    same = _untrained(opened, known) if common else None
    compared = _judged(opened, known, chosen, same, speaker)
    entries = [_entry(one) for one in compared]
    table, resting = compare_table(entries), _resting(compared, common_counts(entries), common)
    comparison = Comparison(
        table=table,
        split=chosen,
        differing=recipe_differences([entry.recipe for entry in entries]),
        histories={one.name: read_history(one.run.history) for one in compared},
        infos={one.name: one.run.info for one in compared},
        counts={one.name: one.evaluation.count for one in compared if one.evaluation is not None},
        resting=resting,
        seen=_seen(compared, speaker),
        folders={one.name: one.run.weights.label for one in compared},
        damaged=damaged,
    )
    target = Path(out) if out is not None else opened[0].path.parent / "comparison.html"
    target.parent.mkdir(parents=True, exist_ok=True)
    page = write_comparison_page(target, comparison, _origin(compared), lang or current_language())
    return ComparisonResult(page, chosen, table, resting, damaged)


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
        run.recipe, run.history, run.evaluations(), load_known(run.path)
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


def _untrained(runs: Sequence[Run], known: Sequence[KnownSamples | None]) -> np.ndarray:
    """Identities of the images that all runs know and that none was trained on.

    Raises:
        RequestError: there are fewer than 30, or a run cannot tell which images it knows.
    """
    unknown = next((run for run, one in zip(runs, known, strict=True) if one is None), None)
    if unknown is not None:
        message = _(
            "{path}: compare --common: this run does not say which images it was trained on, and its data cannot be "
            "opened to tell; leave it out."
        )
        raise RequestError(message.format(path=unknown.path))
    found = untrained_by_all([one for one in known if one is not None])
    if len(found) < FEWEST:
        message = _(
            "compare --common: these runs know {n} images that none of them was trained on or keeps for its test, and "
            "from fewer than {fewest} no difference is taken; train them on the same data with one seed."
        )
        raise RequestError(message.format(n=len(found), fewest=FEWEST))
    return found


def _resting(compared: Sequence[_Compared], counts: Mapping[str, int], on_common: bool) -> Resting:
    """What each difference rests on; and how many images are left on which all could be judged, with the command."""
    judged = {one.name: counts[one.name] for one in compared if one.evaluation is not None}
    known = [one.known for one in compared if one.known is not None]
    left = 0 if on_common or len(known) < len(compared) else len(untrained_by_all(known))
    best = [] if compared[0].run.weights.final else ["--weights", compared[0].run.weights.name]
    words = ["trasluz", "compare", *(str(one.run.path) for one in compared), *best, "--common"]
    return Resting(compared[0].name, judged, left, shlex.join(words))


def _judged(
    runs: Sequence[Run],
    known: Sequence[KnownSamples | None],
    split: str,
    same: np.ndarray | None,
    speaker: Reporter,
) -> list[_Compared]:
    """Every run with its numbers: of ``split``, or of the images with the identities ``same``."""
    names = run_names([(run.recipe.name, run.recipe.seed, run.weights.label) for run in runs])
    found: list[_Compared] = []
    with speaker.task(_("Comparing"), total=len(runs)) as task:
        for name, run, samples in zip(names, runs, known, strict=True):
            evaluation, lacks = _evaluation(run, split, None if same is None else _rows(samples, same), speaker)
            found.append(_Compared(name, run, evaluation, samples, lacks))
            task.advance(note=name)
    return found


def _rows(known: KnownSamples | None, identities: np.ndarray) -> np.ndarray:
    rows = None if known is None else rows_of(known, identities)
    assert rows is not None, "only images that every run knows are asked for"
    return rows


def _evaluation(
    run: Run, split: str, rows: np.ndarray | None, speaker: Reporter
) -> tuple[Evaluation | None, str | None]:
    """The numbers of a run on ``split``, or on just ``rows``; or why there are none."""
    if not run.weights.stored():
        return None, _("no trained model yet ({status})").format(status=run.status)
    done = run.evaluations()
    if split in done and rows is None:
        return done[split], None
    try:
        if rows is not None:
            return evaluate_split(run.model, run.data, split, rows=rows, baselines=False, reporter=speaker), None
        return run.evaluate(split, reporter=speaker), None
    except RequestError as error:
        return None, str(error)


def _entry(one: _Compared) -> Entry:
    info = one.run.info
    return Entry(
        name=one.name,
        run=one.run.weights.label,
        recipe=one.run.recipe,
        evaluation=one.evaluation,
        judged=one.judged,
        seconds=float((info.get("timings") or {}).get("training_seconds", 0.0)),
        epochs=len(read_history(one.run.history).epochs),
        parameters=sum(p.numel() for p in one.run.networks.parameters()) if one.run.weights.stored() else 0,
        shape=one.run.model.spec.shape if one.run.weights.stored() else (),
        failure=one.lacks,
    )


def _origin(compared: Sequence[_Compared]) -> Origin:
    """One of the runs; the words beside an image say which."""
    origins = [one.run.origin for one in compared]
    parts = ([o.run for o in origins], [o.recipe for o in origins], [o.recipe_hash for o in origins])
    return Origin(*(", ".join(dict.fromkeys(part)) for part in parts))


def _seen(compared: Sequence[_Compared], speaker: Reporter) -> Seen:
    """The same images through every run that can be shown them, and samples of those that make some."""
    reference = compared[0]
    able = [one for one in compared if one.run.weights.stored() and one.run.model.spec.kind == "image"]
    images = _images(compared) if reference in able else _NOTHING
    sides: dict[str, Through] = {}
    with speaker.task(_("Looking at the same images"), total=len(able)) as task:
        for one in able:
            side = _side(one, images)
            if "generate" in one.run.capabilities:
                side = replace(side, samples=one.run.generate(_SAMPLES).images)
            sides[one.name] = side
            task.advance(note=one.name)
    foreign = tuple(one.name for one in able if _own_rows(one, images) is None) if len(images.pictures) else ()
    return Seen(sides, images.names, images.labels, reference.name, foreign)


@dataclass(frozen=True)
class _Images:
    """``pictures``: of the first run, as bytes; their ``identities`` where they are known, names and true classes."""

    pictures: np.ndarray
    identities: np.ndarray | None
    names: tuple[str, ...]
    labels: tuple[str, ...]


_NOTHING = _Images(np.empty((0, 1, 1, 1), np.uint8), None, (), ())


def _images(compared: Sequence[_Compared]) -> _Images:
    """Images of the first run that as many of the others as know them were judged on and did not train on."""
    first = compared[0]
    try:
        data = first.run.data
    except RequestError:
        return _NOTHING
    rows = _rows_to_show(compared)
    if not len(rows):
        return _NOTHING
    rows = few_of_each_class(data, rows, _IMAGES)
    shown = from_rows(data, rows)
    pictures = to_bytes(first.run.model.over(shown.samples, lambda _inputs, images: images))
    labels = tuple(_said(label, data.classes) for label in shown.labels)
    return _Images(pictures, None if first.known is None else first.known.identities[rows], shown.names, labels)


def _rows_to_show(compared: Sequence[_Compared]) -> np.ndarray:
    """Rows on which the first run was judged and, where there are such, all that know any of these, untrained."""
    first = compared[0]
    if first.evaluation is None:
        return np.empty(0, np.int64)
    rows = np.unique(first.evaluation.arrays.get("rows", np.empty(0, np.int64)))
    if first.known is None:
        return rows
    left = rows
    for judged in (one.judged for one in compared[1:]):
        own = first.known.identities[left]
        shared = np.isin(own, judged.samples) & ~np.isin(own, judged.trained) if judged else np.zeros(len(left), bool)
        left = left[shared] if shared.any() else left
    return left


def _said(label: np.ndarray, classes: tuple[str, ...]) -> str:
    """The true class or classes as text."""
    if np.ndim(label):
        return ", ".join(name for name, held in zip(classes, label, strict=True) if held)
    return classes[int(label)] if int(label) >= 0 else ""


def _own_rows(one: _Compared, images: _Images) -> np.ndarray | None:
    """The rows of the images in a run's own data; ``None`` where it does not know them all."""
    return None if one.known is None or images.identities is None else rows_of(one.known, images.identities)


def _side(one: _Compared, images: _Images) -> Through:
    """The images through one run: its own stored ones where it knows them, else as near as they can be brought."""
    if not len(images.pictures):
        return Through(images.pictures)
    subject, rows = subject_of(one.run, None), _own_rows(one, images)
    try:
        samples = one.run.load(images.pictures).samples if rows is None else np.asarray(one.run.data.samples[rows])
    except RequestError:
        return Through(images.pictures[:0])
    return see_through(subject, samples)
