"""search_settings(): tries settings of a recipe, or goes on with a search; search_worker() joins one from anywhere.

The study's folder holds what is asked (``study.yaml``), the runs, and, unless a database does, the trials
(``trials.jsonl``, Optuna's journal).  Nothing else is remembered: whoever is given the folder goes on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trasluz import allowed
from trasluz.api.listening import listening
from trasluz.api.nested import NestedSearch, about_outer, best_of
from trasluz.api.search_processes import by_all_processes, trainer_of
from trasluz.api.search_request import asked_study, check_request, folds_in
from trasluz.api.search_results import Beside, write_results
from trasluz.api.search_tested import judge_winner
from trasluz.api.studies import StudyResult, study
from trasluz.api.trusting import Packages, check_code
from trasluz.errors import Interrupted, RequestError, RunError, WorkError
from trasluz.messages import _, current_language, ngettext
from trasluz.recipe import Recipe
from trasluz.recipe.files import load
from trasluz.recipe.study import Study
from trasluz.reporting import Reporter
from trasluz.runs.folder import RunFolder
from trasluz.search.folder import StudyFolder
from trasluz.search.outer_score import OuterScore
from trasluz.search.tested import Tested, load_tested
from trasluz.search.trials.keeping import create_trials, description_in
from trasluz.search.trials.patience import Patience
from trasluz.search.trials.place import Place, check_url, without_password
from trasluz.search.trials.plan import Plan, trial_name
from trasluz.search.trials.queue import TrialQueue
from trasluz.search.trials.sampling import make_pruner
from trasluz.search.trials.standing import FAILURE
from trasluz.search.trials.working import Working
from trasluz.training.ranks import Ranks, launched_processes

if TYPE_CHECKING:
    from optuna.trial import FrozenTrial


@dataclass(frozen=True)
class Trial:
    """One setting that was tried. ``values``: of the fields searched; ``state``: complete, pruned, running or waiting;
    ``value``: of the metric that decides, ``failure``: why there is none; ``cells``: what came out of each run."""

    name: str
    values: Mapping[str, Any]
    state: str
    value: float | None
    failure: str | None
    cells: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class SearchResult(StudyResult):
    """What a search found: beside its table, all ``trials``, the ``best`` of them by ``metric`` (``None`` where none is
    complete) and the recipe of that one's first seed.

    ``outer``: what its outer folds say of it, where it has some; ``tested``: what its best gave on test data, where
    these were read; ``ended``: whether nothing more would be tried."""

    metric: str
    trials: tuple[Trial, ...]
    best: Trial | None
    recipe: Recipe | None
    outer: OuterScore | None = None
    tested: Tested | None = None
    ended: bool = True

    def test(self, storage: str | None = None, reporter: Reporter | None = None) -> Tested:
        """What the best trial gives on test data, which are read once: asked again, what was read then.

        ``storage``: as for ``search_settings``, where a database needs a password.

        Raises:
            RequestError, RunError, DataError: as ``search_test``.
        """
        found = search_test(self.path, storage=storage, reporter=reporter).tested
        assert found is not None
        return found


def search_settings(
    question: str | Path | Recipe | Study,
    *,
    over: Mapping[str, Any] | None = None,
    set: dict[str, Any] | None = None,
    data: str | Path | None = None,
    folds: int | None = None,
    outer: int | None = None,
    seeds: int | None = None,
    trials: int | None = None,
    minutes: float | None = None,
    metric: str | None = None,
    sampler: str | None = None,
    pruner: str | None = None,
    storage: str | None = None,
    runs: str | Path = "runs",
    work: bool = True,
    lang: str | None = None,
    allow: Packages = (),
    reporter: Reporter | None = None,
) -> SearchResult | StudyResult:
    """Tries settings of a recipe and says which is best; or trains a study, or goes on with a search by its folder.

    ``question``: a recipe (name, YAML file, ``Recipe``) with ``over``, a study (name, YAML file, ``Study``), or the
    folder of a search.  ``over``: fields and their values: a list, ``{"low": 1, "high": 9}`` or ``{"choices": [...]}``.
    ``folds``: how many; ``outer``: how many folds judge the whole search, which is done once more without each of them
    (nested cross-validation); ``seeds``: runs of each trial (and fold), 1 where nothing says more.  ``trials``,
    ``minutes``, ``metric``, ``sampler`` (``grid``, ``random``, ``tpe``), ``pruner`` (``none``, ``asha``, ``folds``): as
    a study's ``search`` says; for a folder, more ``trials``, ``minutes`` or ``seeds`` than it has.  ``storage``: a
    PostgreSQL database in the place of the folder, for workers on several hosts.  ``work=False`` makes the search and
    tries nothing, for workers that come later.

    Raises:
        RequestError: what was asked is wrong; nothing was started.
        Interrupted: Ctrl-C or SIGTERM; the same call with the folder goes on.
        WorkError: every trial failed.
    """
    speaker = listening(reporter)
    more = {"trials": trials, "minutes": minutes, "metric": metric, "sampler": sampler, "pruner": pruner}
    more = {name: value for name, value in more.items() if value is not None}

    def search(ranks: Ranks | None) -> SearchResult | StudyResult:
        if not isinstance(question, (Study, Recipe)) and StudyFolder.is_one(Path(question)):
            folder = StudyFolder.open(Path(question))
            if not folder.study().over:
                _refuse_processes(ranks)
                return study(question, set=set, data=data, seeds=seeds, lang=lang, reporter=speaker)
            _refuse_changes(folder, set or over or folds or outer or data)
            place = Place.of(folder.path, storage)
            _extend(folder, seeds, more)
        else:
            asked, base = asked_study(question, dict(over or {}), set or {}, data, folds, seeds, more, outer)
            if not asked.over:
                _refuse_settings(asked, more, storage)
                _refuse_processes(ranks)
                return study(asked, runs=runs, lang=lang, reporter=speaker)
            folder, place = _created(asked, base, storage, Path(runs), speaker)
        return _go_on(folder, place, lang or current_language(), speaker, work, ranks)

    with allowed.allow(allow):
        return by_all_processes(search)


def search_worker(
    where: str | Path,
    name: str | None = None,
    *,
    storage: str | None = None,
    runs: str | Path = "runs",
    lang: str | None = None,
    allow: Packages = (),
    reporter: Reporter | None = None,
) -> SearchResult:
    """Joins a search: by its folder, or by the database and the name that it has there.

    In the second case its runs are kept in a folder of that name under ``runs``, on this host.

    Raises:
        RequestError: there is no such search.
        Interrupted: Ctrl-C or SIGTERM; what was begun waits for others.
        WorkError: every trial failed.
    """
    speaker = listening(reporter)

    def join(ranks: Ranks | None) -> SearchResult:
        if "://" in str(where):
            folder, place = _joined(str(where), name, Path(runs), speaker)
        else:
            folder = StudyFolder.open(Path(where))
            place = Place.of(folder.path, storage)
        if not folder.study().over:
            message = _("{path}: this study searches nothing; share it by `trasluz study {path}`.")
            raise RequestError(message.format(path=folder.path))
        return _go_on(folder, place, lang or current_language(), speaker, True, ranks)

    with allowed.allow(allow):
        return by_all_processes(join)


def search_test(
    where: str | Path,
    *,
    storage: str | None = None,
    lang: str | None = None,
    allow: Packages = (),
    reporter: Reporter | None = None,
) -> SearchResult:
    """Judges the best trial of a search that has ended, with all its seeds and folds, on test data; these are read
    once: asked again, it gives what was read then.

    Raises:
        RequestError: there is no such search, it has not ended, or it chose by test data.
        RunError: the best trial's runs lie on another host.
        DataError: there are no test data.
    """
    if launched_processes() > 1:
        raise RequestError(_("Test data are read by one process: trasluz search {path} --test").format(path=where))
    speaker, language = listening(reporter), lang or current_language()
    with allowed.allow(allow):
        folder = StudyFolder.open(Path(where))
        if not folder.study().over:
            message = _("{path}: this study searches nothing, so there is no winner to test.")
            raise RequestError(message.format(path=folder.path))
        place = Place.of(folder.path, storage)
        found = _go_on(folder, place, language, Reporter(), False, None)
        if judge_winner(folder, found, speaker) == found.tested:
            return found
        return _go_on(folder, place, language, Reporter(), False, None)  # whose page shows it


def _created(
    asked: Study, base: Recipe | None, url: str | None, runs: Path, speaker: Reporter
) -> tuple[StudyFolder, Place]:
    """A new search: its folder, and its trials, which all wait."""
    if url is not None:
        check_url(url)
    RunFolder.check_parent(runs)
    plan = check_request(asked, base, speaker)
    folder = StudyFolder.create(runs, asked, base)
    place = Place(folder.path.name, folder.path, url)
    place.remember()
    nested = NestedSearch.of(folder, place, speaker)
    if nested is not None:
        nested.create()  # first: who finds the search finds all that belongs to it
    create_trials(place, plan, {"study": asked.to_yaml(), "base": None if base is None else base.to_yaml()}, speaker)
    return folder, place


def _joined(url: str, name: str | None, runs: Path, speaker: Reporter) -> tuple[StudyFolder, Place]:
    check_url(url)
    if name is None:
        message = _("{url}: give the name of the search in this database as well, as its folder is called.")
        raise RequestError(message.format(url=without_password(url)))
    folder = StudyFolder(runs / name)
    if not StudyFolder.is_one(folder.path):
        RunFolder.check_parent(runs)
        asked, base = description_in(Place(name, folder.path, url), speaker)
        folder.fill(asked, base)
        Place(name, folder.path, url).remember()
    return folder, Place.of(folder.path, url)


def _go_on(
    folder: StudyFolder, place: Place, language: str, speaker: Reporter, work: bool, ranks: Ranks | None
) -> SearchResult:
    nested = NestedSearch.of(folder, place, speaker)
    asked = folder.study() if nested is None else nested.asked
    plan = Plan.of(asked, folds_in(asked, speaker))
    for recipe in plan.tried:
        check_code(recipe.model)
    patience = Patience(place.shown, speaker)
    pruner = make_pruner(asked.search, plan.steps)
    opened = patience(place.open)
    queue = TrialQueue(place, opened, plan.space, patience, plan.sampler, pruner, asked.search.seed)
    trainer = trainer_of(plan, folder.runs, place.url is not None, speaker, ranks)
    tested = load_tested(folder.path)
    _say_what(folder, plan, speaker)
    if nested is not None:
        speaker.say(about_outer(nested))
    outer: OuterScore | None = None
    try:
        if work:
            with queue:
                Working(queue, plan, trainer, speaker).run()
            if nested is not None and best_of(queue.trials(), plan) is not None:
                nested.work(opened, patience, trainer, ranks)
    except Interrupted:
        raise Interrupted(_("Interrupted; go on with: trasluz search {path}").format(path=folder.path)) from None
    finally:
        try:
            found = queue.trials()
            outer = None if nested is None else nested.keep(opened, patience, found, plan)
            ended = Working(queue, plan, trainer, speaker).ended
            written = _write(folder, plan, found, Beside(outer, tested), language)
        finally:
            queue.close()
    result = replace(_result(folder, plan, found, written), outer=outer, tested=tested, ended=ended)
    if work and result.best is None:
        _refuse_failures(result)
    return result


def _write(folder: StudyFolder, plan: Plan, found: Sequence[FrozenTrial], beside: Beside, language: str) -> StudyResult:
    """One process writes at a time."""
    writing = folder.writing
    writing.take(waiting=lambda _error: None)  # it takes moments
    try:
        return write_results(folder, plan, found, language, beside)
    finally:
        writing.release()


def _result(folder: StudyFolder, plan: Plan, found: Sequence[FrozenTrial], written: StudyResult) -> SearchResult:
    trials = tuple(_trial(one, plan) for one in found)
    complete = [t for t in trials if t.state == "complete" and t.value is not None]
    sign = 1 if plan.better == "higher" else -1
    best = max(complete, key=lambda t: sign * float(t.value or 0.0), default=None)
    recipe = None if best is None else plan.recipe(best.name, best.values)
    return SearchResult(folder.path, written.table, written.resting, plan.metric, trials, best, recipe)


def _trial(one: FrozenTrial, plan: Plan) -> Trial:
    cells = sorted((int(k.removeprefix("cell ")), v) for k, v in one.user_attrs.items() if k.startswith("cell "))
    name = trial_name(int(one.user_attrs["point"]))
    values = plan.space.of_labels(one.params)
    failure = one.user_attrs.get(FAILURE)
    return Trial(name, values, one.state.name.lower(), one.value, failure, tuple(cell for _number, cell in cells))


def _refuse_failures(result: SearchResult) -> None:
    failures = [trial for trial in result.trials if trial.failure is not None]
    if failures and all(trial.state in ("complete", "pruned") for trial in result.trials):
        message = ngettext(
            "The only trial failed: {reason}; its run lies in {path}.",
            "All {count} trials failed; the first, {name}: {reason}; their runs lie in {path}.",
            len(result.trials),
        )
        first = failures[0]
        told = {"count": len(result.trials), "name": first.name, "path": result.path / "runs"}
        raise WorkError(message.format(reason=str(first.failure).rstrip("."), **told))


def _say_what(folder: StudyFolder, plan: Plan, speaker: Reporter) -> None:
    points = plan.points
    count = len(points) if isinstance(points, Sequence) else points
    names = {"grid": _("a grid"), "random": _("random values"), "tpe": _("TPE")}
    told = {"path": folder.path, "how": names[plan.sampler], "metric": f"{plan.split}/{plan.metric}"}
    if count is None:
        minutes = f"{plan.study.search.minutes:g}"
        message = _("Search {path}: {how}, {minutes} minutes, by {metric}.")
        speaker.say(message.format(minutes=minutes, **told))
        return
    message = ngettext(
        "Search {path}: {how}, {count} trial of {cells} runs, by {metric}.",
        "Search {path}: {how}, {count} trials of {cells} runs each, by {metric}.",
        count,
    )
    speaker.say(message.format(count=count, cells=plan.cells_of_each, **told))


def _refuse_changes(folder: StudyFolder, changes: object) -> None:
    if changes:
        message = _("{path}: a search goes on with the settings that it has; start a new one for others.")
        raise RunError(message.format(path=folder.path))


def _refuse_settings(asked: Study, more: Mapping[str, Any], storage: str | None) -> None:
    given = [*more, *(["storage"] if storage is not None else [])]
    if given:
        message = _("{name}: this study compares its variants and searches nothing; give --over FIELD=VALUES as well.")
        raise RequestError(message.format(name=asked.name))


def _refuse_processes(ranks: Ranks | None) -> None:
    """A study that compares its variants has no queue of which one process takes its cells."""
    if ranks is not None:
        message = _("This study searches nothing, and is not trained by torchrun: give each process `trasluz study`.")
        raise RequestError(message)


def _extend(folder: StudyFolder, seeds: int | None, more: Mapping[str, Any]) -> None:
    """More trials, minutes or seeds for a search that exists."""
    asked = folder.study()
    fixed = [name for name in more if name not in ("trials", "minutes") and getattr(asked.search, name) != more[name]]
    _refuse_changes(folder, fixed)
    for name, value in (("trials", more.get("trials")), ("minutes", more.get("minutes"))):
        had = getattr(asked.search, name)
        if value is not None and had is not None and value < had:
            message = _("--{name} {value:g}: this search has {had:g} already; give at least as many.")
            raise RequestError(message.format(name=name, value=value, had=had))
    if seeds is not None and seeds != asked.seeds:
        message = _("--seeds {seeds}: the trials of this search have {had} each; start a new search for others.")
        raise RequestError(message.format(seeds=seeds, had=asked.seeds))
    given = {name: value for name, value in more.items() if value != getattr(asked.search, name)}
    if given:
        longer = asked.model_copy(update={"search": asked.search.model_copy(update=given)})
        base = load(asked.base) if (folder.path / "base.yaml").is_file() else None
        folder.fill(longer, base)
