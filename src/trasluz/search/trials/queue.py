"""The queue of a study's trials: made once, claimed by one worker each, finished once, taken back from the dead.

A trial is known by its ``point``, its place in the study from 0 on.  All that are wanted wait in the storage from the
start, so that any number of workers makes just as many.  Optuna sees to it that a waiting trial goes to one worker, and
that one that was finished, or taken back, takes nothing more from who had it before.  A trial of a worker that is gone
is marked as failed, and its point waits again with what was known of it (its values, its cells that are done).

A kill may fall between any two of these steps.  So what is missing is looked for, not remembered: a point of which no
trial is waiting, running or done is put back, and of two that are (two workers put it back at once) the later is
dropped when it is claimed.
"""

from __future__ import annotations

import itertools
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from trasluz.recipe.searching import Sampler
from trasluz.search.trials.patience import Patience
from trasluz.search.trials.place import BEAT, SILENCE, Opened, Place, quiet
from trasluz.search.trials.sampling import make_sampler
from trasluz.search.trials.signs import Signs
from trasluz.search.trials.space import Space
from trasluz.search.trials.standing import CELL, FAILURE, POINT
from trasluz.search.trials.worker import Worker, lives, sweep_leases

if TYPE_CHECKING:
    import optuna
    from optuna.distributions import BaseDistribution
    from optuna.pruners import BasePruner
    from optuna.trial import FrozenTrial, TrialState

_WORKER, _AGAIN = "worker", "again"
DESCRIPTION = "trasluz"  # the study as YAML, for workers that do not see its folder


@dataclass(frozen=True)
class Claimed:
    """A trial that this worker has. ``values``: of the fields searched; ``cells``: what is known of those done, by
    their key; ``fresh``: whether no worker ever had it, so that no run of it can exist."""

    number: int
    identity: int
    point: int
    values: Mapping[str, Any]
    cells: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    fresh: bool = True


class LostError(Exception):
    """The trial went to another worker, because this one gave no sign of life for too long."""


class TrialQueue:
    """The trials of one study, as one worker sees them. Used inside a ``with`` block, which is the worker's life."""

    def __init__(
        self,
        place: Place,
        opened: Opened,
        space: Space,
        patience: Patience,
        sampler: Sampler,
        pruner: BasePruner,
        seed: int = 0,
    ) -> None:
        import optuna

        self.place, self.space, self.patience = place, space, patience
        self._storage, self.alone, self.close = opened.storage, opened.alone, opened.close
        self._sampler, self._seed = sampler, seed
        self.worker = Worker()
        self._lease = None if place.url is not None else self.worker.lease(place.folder)
        self._study: optuna.Study = patience(optuna.load_study, study_name=place.name, storage=self._storage)
        self._study.pruner = pruner
        self._id: int = patience(self._storage.get_study_id_from_name, place.name)
        self._waiting: deque[int] = deque()
        self._nobodys: dict[int, float] = {}  # trials that run and name no worker, and since when that was seen
        self._signs = Signs(self._storage) if place.url is not None else None

    def __enter__(self) -> TrialQueue:
        self.worker.begin()
        if self._lease is not None:
            self._lease.take()
        if self._signs is not None:
            self._signs.start()
        return self

    def __exit__(self, *_error: object) -> None:
        if self._signs is not None:
            self._signs.stop()
        if self._lease is not None:
            self._lease.release()
            sweep_leases(self.place.folder)
        self.worker.end()

    def trials(self) -> list[FrozenTrial]:
        """All trials, in their order, of which those that were put back are left out."""
        found = self.patience(self._storage.get_all_trials, self._id, deepcopy=False)
        return [trial for trial in found if not _was_dropped(trial)]

    def put(self, points: Sequence[Mapping[str, Any]] | int) -> int:
        """Makes sure that each point has a trial (values for a grid, else how many); how many had none."""
        from optuna.trial import TrialState

        known: dict[int, FrozenTrial] = {}
        for trial in self.patience(self._storage.get_all_trials, self._id, deepcopy=False):
            point = trial.user_attrs.get(POINT)
            before = known.get(point) if isinstance(point, int) else None
            if isinstance(point, int) and (before is None or before.state == TrialState.FAIL):
                known[point] = trial
        again, added = bool(known), 0
        with self.alone():
            for point in range(points if isinstance(points, int) else len(points)):
                trial_before = known.get(point)
                if trial_before is not None and trial_before.state != TrialState.FAIL:
                    continue
                fixed = {} if isinstance(points, int) else self.space.labels(points[point])
                tries = itertools.count()  # an answer may be lost although the trial was made: then there are two
                self.patience(
                    lambda p, f, b, t: self._put(p, f, b, again or next(t) > 0), point, fixed, trial_before, tries
                )
                added += 1
        return added

    def _put(self, point: int, fixed: Mapping[str, Any], before: FrozenTrial | None, again: bool) -> None:
        import optuna
        from optuna.trial import TrialState

        attributes: dict[str, Any] = {**(before.user_attrs if before else {}), POINT: point}
        attributes |= {_AGAIN: True} if again else {}
        trial = optuna.create_trial(
            state=TrialState.WAITING,
            params=before.params if before else {},
            distributions=before.distributions if before else {},
            user_attrs=attributes,
            system_attrs={"fixed_params": dict(fixed)} if fixed else {},
        )
        self._study.add_trial(trial)

    def claim(self) -> Claimed | None:
        """A trial for this worker, the first that waits; ``None`` where none does."""
        while True:
            if not self._waiting:
                self._look_for_waiting()
            if not self._waiting:
                return None
            identity = self._waiting.popleft()
            with self.alone():
                taken = self.patience(self._take, identity)
            if taken is not None and not self._is_double(taken):
                return self._drawn(taken)

    def _look_for_waiting(self) -> None:
        from optuna.trial import TrialState

        found = self.patience(self._storage.get_all_trials, self._id, deepcopy=False, states=(TrialState.WAITING,))
        self._waiting.extend(trial._trial_id for trial in found)

    def _take(self, identity: int) -> FrozenTrial | None:
        from optuna.exceptions import UpdateFinishedTrialError
        from optuna.trial import TrialState

        with suppress(UpdateFinishedTrialError):
            if self._storage.set_trial_state_values(identity, TrialState.RUNNING):
                if self._signs is not None:
                    self._signs.begin(identity)  # before it says whose it is: see ``_is_left``
                before = self._storage.get_trial(identity)
                self._storage.set_trial_user_attr(identity, _WORKER, self.worker.to_dict())
                return before
        return None

    def _is_double(self, trial: FrozenTrial) -> bool:
        """Whether another trial, made before, stands for the same point; then this one is dropped."""
        from optuna.trial import TrialState

        if not (trial.user_attrs.get(_AGAIN) or trial.system_attrs.get("retry_history")):
            return False
        point = trial.user_attrs.get(POINT)
        others = self.patience(self._storage.get_all_trials, self._id, deepcopy=False)
        double = any(
            one.number < trial.number and one.user_attrs.get(POINT) == point and one.state != TrialState.FAIL
            for one in others
        )
        if double:
            with suppress(LostError):
                self._end(trial._trial_id, TrialState.FAIL)
        return double

    def _drawn(self, trial: FrozenTrial) -> Claimed | None:
        import optuna

        known = trial.user_attrs
        point = int(known[POINT])
        sampler = make_sampler(self._sampler, self._seed, point)
        with quiet():
            # Anew for each trial: a study keeps the trials that its sampler saw first until ``ask`` is called.
            study = self.patience(optuna.load_study, study_name=self.place.name, storage=self._storage, sampler=sampler)
            drawing = self.patience(optuna.Trial, study, trial._trial_id)
            values: dict[str, Any] = {}
            for dimension in self.space.dimensions:
                if dimension.applies(values):
                    label = self.patience(_suggest, drawing, dimension.field, dimension.distribution())
                    values[dimension.field] = dimension.of_label(label)
        cells = {key.removeprefix(CELL): value for key, value in known.items() if key.startswith(CELL)}
        return Claimed(trial.number, trial._trial_id, point, values, cells, _WORKER not in known)

    def keep_cell(self, trial: Claimed, key: str, record: Mapping[str, Any]) -> None:
        """Keeps what came out of one cell.

        Raises:
            LostError: the trial is another worker's by now.
        """
        self._still_ours(self._storage.set_trial_user_attr, trial.identity, f"{CELL}{key}", dict(record))

    def report(self, trial: Claimed, step: int, value: float) -> bool:
        """Keeps how good the trial is after ``step`` epochs or folds; whether it should be stopped.

        Raises:
            LostError: the trial is another worker's by now.
        """
        import warnings

        self._still_ours(self._storage.set_trial_intermediate_value, trial.identity, step, value)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # where the best one lacks a fold, which says nothing
            frozen = self.patience(self._storage.get_trial, trial.identity)
            return bool(self.patience(self._study.pruner.prune, self._study, frozen))

    def finish(self, trial: Claimed, value: float) -> None:
        """The trial is done, and so good.

        Raises:
            LostError: it is another worker's by now.
        """
        from optuna.trial import TrialState

        self._end(trial.identity, TrialState.COMPLETE, [value])

    def stop(self, trial: Claimed, failure: str | None = None) -> None:
        """The trial was stopped before its end, or has no number because of a ``failure``: the sampler takes it for
        a bad one.

        Raises:
            LostError: it is another worker's by now.
        """
        from optuna.trial import TrialState

        if failure is not None:
            self._still_ours(self._storage.set_trial_user_attr, trial.identity, FAILURE, failure)
        frozen = self.patience(self._storage.get_trial, trial.identity)
        last = None if frozen.last_step is None else frozen.intermediate_values[frozen.last_step]
        value = None if failure is not None or last is None or last != last else [last]
        self._end(trial.identity, TrialState.PRUNED, value)

    def give_back(self, trial: Claimed) -> None:
        """Lets others have it, with what is known of it."""
        from optuna.trial import TrialState

        with suppress(LostError):
            self._end(trial.identity, TrialState.WAITING)

    def _end(self, identity: int, state: TrialState, values: Sequence[float] | None = None) -> None:
        from optuna.exceptions import UpdateFinishedTrialError

        if self._signs is not None:
            self._signs.end(identity)
        try:
            self.patience(self._storage.set_trial_state_values, identity, state, values)
        except UpdateFinishedTrialError:
            # An answer may be lost although what was asked was done.
            if self.patience(self._storage.get_trial, identity).state != state:
                raise LostError from None

    def _still_ours(self, call: Callable[..., object], *words: object) -> None:
        from optuna.exceptions import UpdateFinishedTrialError

        try:
            self.patience(call, *words)
        except UpdateFinishedTrialError:
            raise LostError from None

    def take_back(self) -> int:
        """Puts back what workers left that are gone; how many trials."""
        with self.alone():
            if self._signs is not None and time.monotonic() - self.patience.back_since > 3 * BEAT:
                from optuna.storages import fail_stale_trials

                with quiet():
                    self.patience(fail_stale_trials, self._study)
            return sum(self._fail(trial) for trial in self._running() if self._is_left(trial))

    def unfinished(self) -> int:
        """How many trials wait or are trained."""
        from optuna.trial import TrialState

        states = (TrialState.WAITING, TrialState.RUNNING)
        return len(self.patience(self._storage.get_all_trials, self._id, deepcopy=False, states=states))

    def _running(self) -> list[FrozenTrial]:
        from optuna.trial import TrialState

        return self.patience(self._storage.get_all_trials, self._id, deepcopy=False, states=(TrialState.RUNNING,))

    def _is_left(self, trial: FrozenTrial) -> bool:
        said = trial.user_attrs.get(_WORKER)
        known = lives(said, self.place.folder if self._signs is None else None)
        if known is not None:
            return not known
        if said is not None:  # a host that cannot be asked: its signs of life in the database tell
            return False
        # Its worker was killed before it said so; with a journal at this very moment nobody is claiming.
        since = self._nobodys.setdefault(trial._trial_id, time.monotonic())
        return self._signs is None or time.monotonic() - since > SILENCE

    def _fail(self, trial: FrozenTrial) -> bool:
        from optuna.exceptions import UpdateFinishedTrialError
        from optuna.storages import RetryHeartbeatStaleTrialCallback
        from optuna.trial import TrialState

        with suppress(UpdateFinishedTrialError), quiet():
            self.patience(self._storage.set_trial_state_values, trial._trial_id, TrialState.FAIL)
            self.patience(RetryHeartbeatStaleTrialCallback(), self._study, trial)
            return True
        return False


def _suggest(trial: optuna.Trial, field_name: str, distribution: BaseDistribution) -> object:
    return trial._suggest(field_name, distribution)


def _was_dropped(trial: FrozenTrial) -> bool:
    from optuna.trial import TrialState

    return trial.state == TrialState.FAIL
