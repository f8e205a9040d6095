"""The part of a search that its outer folds are: a search inside each, and what they judge (``search/trials/nested.py``
tells how they are kept)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trasluz.api.folds import out_of_fold
from trasluz.api.outer_folds import outer_folds
from trasluz.api.search_processes import trainer_of
from trasluz.errors import RequestError, WorkError
from trasluz.files import write_json
from trasluz.messages import _, ngettext
from trasluz.recipe.study import Study
from trasluz.reporting import Reporter
from trasluz.search.folder import StudyFolder
from trasluz.search.outer_score import OuterChoice, OuterScore, Pooled, outer_score
from trasluz.search.trials.keeping import create_trials
from trasluz.search.trials.nested import Chosen, InnerPlan, JudgedPlan, Judging, OuterFold
from trasluz.search.trials.patience import Patience
from trasluz.search.trials.place import Opened, Place
from trasluz.search.trials.plan import Plan, trial_name
from trasluz.search.trials.queue import TrialQueue
from trasluz.search.trials.sampling import make_pruner
from trasluz.search.trials.standing import CELL, FAILURE, POINT
from trasluz.search.trials.working import Trainer, Working
from trasluz.training.ranks import Ranks

if TYPE_CHECKING:
    from optuna.trial import FrozenTrial

FILE = "outer.json"


@dataclass(frozen=True)
class NestedSearch:
    """The outer ``folds`` of the search ``asked``, whose trials are kept beside those of ``place``."""

    folder: StudyFolder
    place: Place
    asked: Study
    folds: tuple[OuterFold, ...]
    speaker: Reporter

    @staticmethod
    def of(folder: StudyFolder, place: Place, speaker: Reporter) -> NestedSearch | None:
        """That of a search, ``None`` where it has no outer folds.

        Its minutes are shared out evenly between the search on all samples and those inside the outer folds.
        """
        asked = folder.study()
        folds = outer_folds(asked, speaker)
        if not folds:
            return None
        minutes = asked.search.minutes
        if minutes is not None:
            search = asked.search.model_copy(update={"minutes": minutes / (len(folds) + 1)})
            asked = asked.model_copy(update={"search": search})
        return NestedSearch(folder, place, asked, folds, speaker)

    def create(self) -> None:
        """Makes the trials of all its searches that are not there yet."""
        import optuna

        patience = Patience(self.place.shown, self.speaker)
        opened = patience(self.place.open)
        try:
            known = set(patience(optuna.get_all_study_names, opened.storage))
        finally:
            opened.close()
        for place, plan in (*self._inner(), (self._judged_place, self._judging())):
            if place.name not in known:
                create_trials(place, plan, {"outer_of": self.place.name}, self.speaker)

    def work(self, opened: Opened, patience: Patience, trainer: Trainer, ranks: Ranks | None) -> None:
        """One worker's part, after the search on all samples; ``trainer`` is that one's, and
        ``ranks`` the processes that train together.

        Raises:
            Interrupted: somebody asked to stop; the next one goes on.
            WorkError: a search inside an outer fold has no trial that is complete.
        """
        writing = self.folder.writing
        writing.take(waiting=lambda _error: None)
        try:
            self.create()  # a search that was made longer has an end of its own
        finally:
            writing.release()
        for number, (place, plan) in enumerate(self._inner(), 1):
            message = _("Outer fold {number} of {count}: the search without its samples.")
            self.speaker.say(message.format(number=number, count=len(self.folds)))
            self._run(place, plan, opened, patience, trainer)
        chosen = self._chosen(opened, patience)
        for fold, one in zip(self.folds, chosen, strict=True):
            if one is None:
                message = _("{fold}: no trial is complete, so that nothing is chosen that this fold could judge.")
                raise WorkError(message.format(fold=fold.name))
        judging = self._judging([one for one in chosen if one is not None])
        self.speaker.say(_("What each search chose is trained on all samples outside of its fold, which judges it."))
        own = trainer_of(judging, self.folder.runs, self.place.url is not None, self.speaker, ranks)
        self._run(self._judged_place, judging, opened, patience, Judging(own, judging))

    def keep(self, opened: Opened, patience: Patience, whole: Sequence[FrozenTrial], plan: Plan) -> OuterScore | None:
        """What came out so far, also as ``outer.json``; ``whole`` and ``plan`` are the search on all samples.

        Raises:
            StorageError: the disk is full or the folder cannot be written.
        """
        import optuna

        if self._judged_place.name not in patience(optuna.get_all_study_names, opened.storage):
            return None
        trials = self._trials(self._judged_place, self._judging(), opened, patience)
        judged = {int(t.user_attrs[POINT]): t for t in trials if t.state.is_finished()}
        if not judged:
            return None
        chosen = self._chosen(opened, patience)
        choices = [_choice(self.folds[point], judged[point], chosen[point]) for point in sorted(judged)]
        best = best_of(whole, plan)
        found = outer_score(
            choices,
            len(self.folds),
            plan.metric,
            plan.better == "higher",
            folds=sum(fold.repeat == 0 for fold in self.folds),
            pooled=_pooled(self.folder.runs, choices, plan.metric, self.speaker),
            whole=None if best is None else plan.space.of_labels(best.params),
        )
        if found is not None:
            write_json(self.folder.path / FILE, found.to_dict())
        return found

    @property
    def _judged_place(self) -> Place:
        """Of its own for a search that was made longer: what was chosen before was judged, and stays so."""
        search = self.asked.search
        longer = f"-{search.trials}" if search.trials is not None else ""
        longer += f"-{search.minutes:g}min" if search.minutes is not None else ""
        return replace(self.place, name=f"{self.place.name}.outer-judged{longer}")

    def _inner(self) -> list[tuple[Place, InnerPlan]]:
        return [
            (replace(self.place, name=f"{self.place.name}.{fold.name}"), InnerPlan.inside(self.asked, fold))
            for fold in self.folds
        ]

    def _judging(self, chosen: Sequence[Chosen] = ()) -> JudgedPlan:
        return JudgedPlan.judging(self.asked, self.folds, chosen)

    def _run(self, place: Place, plan: Plan, opened: Opened, patience: Patience, trainer: Trainer) -> None:
        queue = _queue(place, plan, opened, patience)
        with queue:
            Working(queue, plan, trainer, self.speaker).run()

    def _trials(self, place: Place, plan: Plan, opened: Opened, patience: Patience) -> list[FrozenTrial]:
        return _queue(place, plan, opened, patience).trials()

    def _chosen(self, opened: Opened, patience: Patience) -> list[Chosen | None]:
        """What the search inside each outer fold chose, ``None`` where nothing is complete."""
        found: list[Chosen | None] = []
        for place, plan in self._inner():
            best = best_of(self._trials(place, plan, opened, patience), plan)
            if best is None or best.value is None:
                found.append(None)
                continue
            name = trial_name(int(best.user_attrs[POINT]))
            found.append(Chosen(name, plan.space.of_labels(best.params), float(best.value)))
        return found


def best_of(trials: Sequence[FrozenTrial], plan: Plan) -> FrozenTrial | None:
    """The best trial that is complete, of equal ones the first."""
    sign = 1.0 if plan.better == "higher" else -1.0
    complete = [trial for trial in trials if trial.state.name == "COMPLETE" and trial.value is not None]
    return max(complete, key=lambda trial: sign * float(trial.value or 0.0), default=None)


def about_outer(nested: NestedSearch) -> str:
    """What the outer folds add, before they begin."""
    return ngettext(
        "{count} outer fold judges it: the same search once more without it.",
        "{count} outer folds judge it: the same search once more without each of them.",
        len(nested.folds),
    ).format(count=len(nested.folds))


def _queue(place: Place, plan: Plan, opened: Opened, patience: Patience) -> TrialQueue:
    search = plan.study.search
    return TrialQueue(place, opened, plan.space, patience, plan.sampler, make_pruner(search, plan.steps), search.seed)


def _choice(fold: OuterFold, trial: FrozenTrial, chosen: Chosen | None) -> OuterChoice:
    records = [record for key, record in sorted(trial.user_attrs.items()) if key.startswith(CELL)]
    told = _as_told(records) or chosen
    assert told is not None  # nothing is judged that was not chosen
    done = trial.state.name == "COMPLETE"
    return OuterChoice(
        fold.name,
        told.trial,
        told.values,
        told.score,
        float(trial.value) if done and trial.value is not None else None,
        int(records[0]["samples"]) if records else 0,
        tuple(str(record["run"]) for record in records),
        str(trial.user_attrs[FAILURE]) if FAILURE in trial.user_attrs else None,
    )


def _as_told(records: Sequence[Mapping[str, Any]]) -> Chosen | None:
    """What was chosen when the fold judged it, as its records say."""
    told = records[0].get("chosen") if records else None
    return None if told is None else Chosen(str(told["trial"]), told["values"], float(told["inner"]))


def _pooled(runs: Path, choices: Sequence[OuterChoice], metric: str, speaker: Reporter) -> Pooled | None:
    """The score of all outer samples together, where their runs lie here and keep what it is made from."""
    names = [name for one in choices if one.outer is not None for name in one.runs]
    if not names or not all((runs / name / "run.json").is_file() for name in names):
        return None
    try:
        found = out_of_fold([runs / name for name in names], split="test", reporter=speaker).evaluation
    except RequestError:
        return None  # such as of families that keep different things: then each fold counts as one number
    if metric not in found.metrics or metric not in found.intervals:
        return None
    low, high = found.intervals[metric]
    return Pooled(found.metrics[metric], low, high, found.count)
