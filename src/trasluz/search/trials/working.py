"""What a worker does until a search is done: claim a trial, train its cells, tell what came out.

Who finds nothing left to claim waits until the others are done, so that each ends with the whole search, and takes
over what a killed one leaves.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from trasluz.errors import Interrupted, RecipeError
from trasluz.messages import _, did_you_mean, ngettext
from trasluz.numerals import duration
from trasluz.reporting import Reporter, Task
from trasluz.search.folder import Cell
from trasluz.search.trials.patience import wait
from trasluz.search.trials.place import quiet
from trasluz.search.trials.plan import Plan, trial_name
from trasluz.search.trials.queue import Claimed, LostError, TrialQueue
from trasluz.search.trials.standing import Standing, interval_of, value_of, worked_seconds
from trasluz.training.interrupt import stop_request

if TYPE_CHECKING:
    from optuna.trial import FrozenTrial

_POLL = 2.0  # seconds between looks at what others have done
_LEAVINGS = 30.0  # seconds between looks for what killed workers left
_NEWS = 10.0  # seconds between looks at what other workers have done, for the progress
Watch = Callable[[Cell, int, Mapping[str, Any]], bool]


@dataclass(frozen=True)
class CellDone:
    """What came out of one cell: its ``record`` (scores and what tables need), or why it has none.  ``stopped``:
    whether it was ended early because the trial is worse than others."""

    cell: Cell
    record: Mapping[str, Any] = field(default_factory=dict)
    failure: str | None = None
    stopped: bool = False


class Trainer:
    """What trains cells."""

    @property
    def at_once(self) -> int:
        """How many are worth having together."""
        return 1

    def train(self, cells: Iterable[Cell], watch: Watch | None, fresh: bool) -> Iterator[CellDone]:
        """Trains and judges cells, one result after another, in any order; of a trial that is stopped no more come,
        where they are taken one by one.  ``watch`` is told of every epoch's record and answers whether to stop;
        ``fresh``: whether none of them can have been begun before."""
        raise NotImplementedError


@dataclass
class _Trial:
    """A trial that this worker has, its cells, and since when."""

    claimed: Claimed
    cells: list[Cell]
    records: dict[int, Mapping[str, Any]]
    began: float = field(default_factory=time.monotonic)

    @property
    def left(self) -> list[Cell]:
        return [cell for cell in self.cells if cell.number not in self.records]


class Working:
    """One worker's part of a search."""

    def __init__(self, queue: TrialQueue, plan: Plan, trainer: Trainer, reporter: Reporter) -> None:
        self._queue, self._plan, self._trainer, self._reporter = queue, plan, trainer, reporter
        self._told = ""
        self._looked = self._heard = time.monotonic()
        self._told_of: set[int] = set()  # points whose trials are in the progress
        self._task = Task()
        self._checked = False
        trials = queue.trials()
        points = plan.points
        wanted = len(points) if isinstance(points, Sequence) else points
        self.standing = Standing(plan.metric, plan.better, wanted, plan.compares)
        minutes = plan.study.search.minutes
        self._until = None if minutes is None else time.monotonic() + 60 * minutes - worked_seconds(trials)
        for trial in trials:
            self._remember(trial)

    def run(self) -> None:
        """Works until all trials are done or the minutes are over.

        Raises:
            Interrupted: somebody asked to stop; what was begun waits for whoever goes on.
            RecipeError: no cell has the metric that decides.
        """
        total = None if self.standing.wanted is None else self.standing.wanted * self._plan.cells_of_each
        self._queue.take_back()
        self._fill()
        with stop_request() as request, self._reporter.task(_("Search"), total, _("runs")) as self._task:
            self._task.resume(self.standing.done * self._plan.cells_of_each, self._note())
            while not request.asked:
                self._hear()
                claimed = self._claim()
                if claimed:
                    self._work_on(claimed, lambda: request.asked)
                elif self._is_over():
                    return
                else:
                    wait(_POLL)
        raise Interrupted

    @property
    def ended(self) -> bool:
        """Whether nobody trains anything and nothing more would be begun."""
        states = {trial.state.name for trial in self._queue.trials()}
        left = "WAITING" in states or self._plan.points is None
        return "RUNNING" not in states and (not left or self._out_of_time())

    def _hear(self) -> None:
        """What other workers have done, now and then, so that progress and the best so far are those of the search."""
        if time.monotonic() - self._heard < _NEWS:
            return
        self._heard = time.monotonic()
        new = [trial for trial in self._queue.trials() if self._remember(trial)]
        if new:
            self._task.advance(len(new) * self._plan.cells_of_each, self._note())

    def _note(self) -> str:
        """Beside the progress: the best so far, and the time left where minutes alone say when it ends."""
        told = [self.standing.note()]
        if self._until is not None and self.standing.wanted is None:
            left = duration(max(0.0, self._until - time.monotonic()))
            told.insert(0, _("{time} left").format(time=left))
        return " · ".join(part for part in told if part)

    def _fill(self) -> None:
        points = self._plan.points
        if points is not None:
            self._queue.put(points)

    def _claim(self) -> list[_Trial]:
        """As many trials as make the number of cells that are worth having together."""
        found: list[_Trial] = []
        if self._out_of_time():
            return found
        if time.monotonic() - self._looked > _LEAVINGS:
            self._looked = time.monotonic()
            self._queue.take_back()
        cells = 0
        with quiet(), self._queue.alone():  # taken once: the journal is locked for each line else
            while cells < self._trainer.at_once and (claimed := self._next(not found)) is not None:
                found.append(self._begun(claimed))
                cells += len(found[-1].left)
        return found

    def _next(self, needed: bool) -> Claimed | None:
        """The next trial; where as many as time allows are wanted, one is made if it is ``needed``."""
        claimed = self._queue.claim()
        if claimed is None and needed and self._plan.points is None:
            self._queue.put(1 + max((t.user_attrs.get("point", 0) for t in self._queue.trials()), default=-1) + 1)
            claimed = self._queue.claim()
        return claimed

    def _begun(self, claimed: Claimed) -> _Trial:
        cells = self._plan.cells(claimed.point, claimed.values)
        if claimed.cells:  # of a worker that is gone
            self._task.advance(len(claimed.cells), self._note())
        return _Trial(claimed, cells, {int(key): record for key, record in claimed.cells.items()})

    def _out_of_time(self) -> bool:
        """Whether a trial that began now would not end in time."""
        return self._until is not None and time.monotonic() + self.standing.seconds_of_each > self._until

    def _is_over(self) -> bool:
        """Whether nothing is left; else somebody else has it, who is waited for, or followed."""
        if self._out_of_time():
            return True
        self._queue.take_back()
        self._fill()
        busy = self._queue.unfinished()
        if not busy:
            return True
        sentence = ngettext(
            "{count} trial is being trained by another worker; waiting for it.",
            "{count} trials are being trained by other workers; waiting for them.",
            busy,
        ).format(count=busy)
        if sentence != self._told:
            self._reporter.say(sentence)
        self._told = sentence
        return False

    def _work_on(self, trials: Sequence[_Trial], stopping: Callable[[], bool]) -> None:
        """Trains the cells of these trials and tells what came out; what is not finished at the end goes back."""
        owners = {id(cell): trial for trial in trials for cell in trial.cells}
        open_trials = {trial.claimed.identity: trial for trial in trials}
        try:
            for trial in trials:
                if not trial.left:
                    self._finish(trial, open_trials)
            # Asked for one by one, so that none comes of a trial that was stopped meanwhile.
            left = (c for trial in trials for c in trial.left if trial.claimed.identity in open_trials)
            watch = self._watch(owners) if self._plan.study.search.pruner == "asha" else None
            fresh = all(trial.claimed.fresh for trial in trials)
            for done in self._trainer.train(left, watch, fresh):
                trial = owners[id(done.cell)]
                if trial.claimed.identity in open_trials:
                    self._tell(trial, done, open_trials)
                if stopping():
                    raise Interrupted
        finally:
            for trial in open_trials.values():
                self._queue.give_back(trial.claimed)

    def _tell(self, trial: _Trial, done: CellDone, open_trials: dict[int, _Trial]) -> None:
        try:
            if done.failure is not None or done.stopped:
                del open_trials[trial.claimed.identity]
                self._queue.stop(trial.claimed, done.failure)
                self._ended(trial)
                return
            self._check_metric(done.record)
            trial.records[done.cell.number] = done.record
            with self._queue.alone():
                self._queue.keep_cell(trial.claimed, str(done.cell.number), done.record)
                self._task.advance(1, self._note())
                if not trial.left:
                    self._finish(trial, open_trials)
                elif self._worse_by_folds(trial, done.cell):
                    del open_trials[trial.claimed.identity]
                    self._queue.stop(trial.claimed)
                    self._ended(trial)
        except LostError:
            open_trials.pop(trial.claimed.identity, None)
            message = _("{name} was taken over by another worker, because this one gave no sign of life.")
            self._reporter.warn(message.format(name=trial_name(trial.claimed.point)))

    def _finish(self, trial: _Trial, open_trials: dict[int, _Trial]) -> None:
        records = list(trial.records.values())
        value = value_of(records, self._plan.metric)
        open_trials.pop(trial.claimed.identity, None)
        if len(records) > 1 and self._plan.study.search.pruner != "asha":
            self._worse_by_folds(trial, trial.cells[-1])
        self._queue.finish(trial.claimed, value)
        seconds = time.monotonic() - trial.began
        self._told_of.add(trial.claimed.point)
        if self.standing.tell(trial.claimed.point, value, interval_of(records, self._plan.metric), seconds):
            self._reporter.say(self.standing.note())
        self._task.advance(0, self._note())

    def _ended(self, trial: _Trial) -> None:
        self._told_of.add(trial.claimed.point)
        self.standing.took(time.monotonic() - trial.began)
        self._task.advance(len(trial.left), self._note())

    def _worse_by_folds(self, trial: _Trial, cell: Cell) -> bool:
        """Tells the number of a cell, by which trials are compared fold by fold; whether this one is worse."""
        if self._plan.study.search.pruner == "asha" or len(trial.cells) == 1:
            return False
        score = float(trial.records[cell.number]["scores"][self._plan.metric])
        return self._queue.report(trial.claimed, cell.number, score)

    def _watch(self, owners: Mapping[int, _Trial]) -> Watch:
        """Tells the number after every epoch; with several cells it goes on from the mean of those done."""
        name = f"{self._plan.split}/{self._plan.metric}"

        def watch(cell: Cell, epoch: int, record: Mapping[str, Any]) -> bool:
            trial = owners[id(cell)]
            if name not in record:
                return False
            before = [float(done["scores"][self._plan.metric]) for done in trial.records.values()]
            value = (sum(before) + float(record[name])) / (len(before) + 1)
            step = len(before) * (self._plan.steps // len(trial.cells)) + epoch
            return self._queue.report(trial.claimed, step, value)

        return watch

    def _check_metric(self, record: Mapping[str, Any]) -> None:
        """Makes sure, once, that cells have the number that decides."""
        if self._checked:
            return
        self._checked = True
        known = list(record["scores"])
        if self._plan.metric not in known:
            message = _("search.metric: no run has {name}; measured are {known}.")
            told = message.format(name=self._plan.metric, known=", ".join(known))
            raise RecipeError(told + did_you_mean(self._plan.metric, known))

    def _remember(self, trial: FrozenTrial) -> bool:
        """Counts a trial that is finished; whether it was not counted before."""
        point = int(trial.user_attrs.get("point", -1))
        if not trial.state.is_finished() or point in self._told_of:
            return False
        self._told_of.add(point)
        seconds = trial.duration.total_seconds() if trial.duration is not None else 0.0
        records = [value for key, value in trial.user_attrs.items() if key.startswith("cell ")]
        if trial.value is not None and trial.state.name == "COMPLETE" and records:
            self.standing.tell(trial.user_attrs["point"], trial.value, interval_of(records, self._plan.metric), seconds)
        else:
            self.standing.took(seconds)
        return True
