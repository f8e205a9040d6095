"""A search under several processes of one training (torchrun): the first owns the queue and the study's folder, and all
of them train each cell together, as ``trasluz train`` does there.

The first sends what is to be done: train this recipe, go on with that run, or the end with what came out.  Whatever
ends a cell (Ctrl-C, divergence) ends it in all of them at once, because trainings agree on it; the others then wait for
what the first one makes of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar, cast

from trasluz.api.run import Run
from trasluz.api.search_cells import OneByOne
from trasluz.api.search_together import trainer_for
from trasluz.api.training import resume, train
from trasluz.errors import CheckpointError, DivergedError, Interrupted, RunError, TrasluzError, WorkError
from trasluz.messages import _
from trasluz.recipe import Recipe
from trasluz.reporting import Reporter
from trasluz.runs.folder import RunFolder
from trasluz.search.trials.plan import Plan
from trasluz.search.trials.working import Trainer
from trasluz.training.callbacks.base import Callback
from trasluz.training.interrupt import stop_request
from trasluz.training.ranks import Ranks, joined, launched_processes

T = TypeVar("T")


@dataclass(frozen=True)
class _Train:
    """Train a recipe; its run is made under ``runs``."""

    recipe: Recipe
    runs: Path


@dataclass(frozen=True)
class _Resume:
    """Go on with a run."""

    run: Path


@dataclass(frozen=True)
class _End:
    """Nothing more is to be done: what came out, or what went wrong."""

    result: object = None
    error: TrasluzError | None = None


def by_all_processes(work: Callable[[Ranks | None], T]) -> T:
    """What ``work`` gives, which the first of several processes does while the others train with it.

    ``work`` is handed these processes, ``None`` where there is one alone.

    Raises:
        TrasluzError: as ``work``, in all processes.
    """
    if launched_processes() < 2:
        return work(None)
    with joined() as ranks:
        if ranks.lead:
            return _lead(work, ranks)
        return cast(T, _follow(ranks))  # of the same work, done by the first


def trainer_of(plan: Plan, runs: Path, shared: bool, reporter: Reporter, ranks: Ranks | None) -> Trainer:
    """What trains the cells of a search: all ``ranks`` together one cell after another, or as ``trainer_for`` says."""
    if ranks is None:
        return trainer_for(plan, runs, shared, reporter)
    return ByAll(runs, plan.split, reporter, ranks)


class ByAll(OneByOne):
    """Trains each cell by all processes; this is the first one's part."""

    def __init__(self, runs: Path, split: str, reporter: Reporter, ranks: Ranks) -> None:
        super().__init__(runs, split, reporter)
        self._ranks = ranks

    @property
    def processes(self) -> int:
        """How many train a cell."""
        return self._ranks.devices * self._ranks.nodes

    def begin(self, recipe: Recipe, callbacks: Sequence[Callback]) -> Run:
        """Trains a recipe from its start."""
        spread = recipe.override({"compute.devices": self._ranks.devices, "compute.nodes": self._ranks.nodes})
        self._order(_Train(spread, self._runs))
        return super().begin(spread, callbacks)

    def go_on(self, found: RunFolder, callbacks: Sequence[Callback]) -> Run:
        """Goes on with a run."""
        self._order(_Resume(found.path))
        return super().go_on(found, callbacks)

    def _order(self, order: object) -> None:
        self._ranks.exchange(order)
        if self._ranks.anywhere(False):  # somebody asked another process to stop, while none trained
            raise Interrupted(_("Interrupted."))


def _lead(work: Callable[[Ranks | None], T], ranks: Ranks) -> T:
    try:
        result = work(ranks)
    except BaseException as error:
        with suppress(WorkError):  # of a process that is gone, the others hear themselves
            ranks.exchange(_End(error=_for_others(error)))
        raise
    ranks.exchange(_End(result))
    return result


def _for_others(error: BaseException) -> TrasluzError:
    if isinstance(error, TrasluzError):
        return type(error)(str(error))  # without what it came from, which need not be sendable
    if isinstance(error, KeyboardInterrupt):
        return Interrupted(_("Interrupted."))
    return WorkError(_("The first process ended by a mistake: {reason}").format(reason=error))


def _follow(ranks: Ranks) -> object:
    """Does what the first process says until it says that nothing is left."""
    with stop_request() as request:
        while True:
            order = ranks.exchange()
            if isinstance(order, _End):
                if order.error is not None:
                    raise order.error
                return order.result
            if not ranks.anywhere(request.asked):
                _join_in(order)


def _join_in(order: object) -> None:
    with suppress(Interrupted, DivergedError, RunError, CheckpointError):  # of which the first one makes something
        if isinstance(order, _Train):
            train(order.recipe, runs=order.runs, reporter=Reporter())
        elif isinstance(order, _Resume):
            resume(order.run, reporter=Reporter())
