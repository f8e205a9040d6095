"""How a search trains its cells: as runs in the study's folder, one after another, each judged when it is done."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trasluz.api.asked_cells import FOUND, found_in
from trasluz.api.run import Run, open_run
from trasluz.api.training import resume, train
from trasluz.errors import CheckpointError, DivergedError, RunError
from trasluz.evaluation.evaluation import Evaluation
from trasluz.messages import _
from trasluz.processes import this_process
from trasluz.recipe import Recipe
from trasluz.reporting import Reporter, Task
from trasluz.runs.completeness import missing
from trasluz.runs.folder import RunFolder
from trasluz.search.folder import Cell
from trasluz.search.index import RunIndex
from trasluz.search.trials.working import CellDone, Trainer, Watch
from trasluz.training.callbacks.base import Callback

if TYPE_CHECKING:
    from trasluz.training.loop import Loop

STOPPED = "the search stopped this trial: others were better at this point"


After = Callable[[Run, Cell], None]


def nothing(_run: Run, _cell: Cell) -> None:
    """What most do with a run that was judged."""


class OneByOne(Trainer):
    """Trains by ``train``, goes on by ``resume`` with what a killed worker left in the same folder.

    ``after`` is called with each run that was judged.
    """

    def __init__(self, runs: Path, split: str, reporter: Reporter, after: After = nothing) -> None:
        self._runs, self._split, self._reporter, self.after = runs, split, Whisper(reporter), after
        self._index: RunIndex | None = None

    def train(self, cells: Iterable[Cell], watch: Watch | None, fresh: bool) -> Iterator[CellDone]:
        """One cell after another; one that diverges, or whose run is damaged, is a result, too."""
        for cell in cells:
            found = None if fresh else self.find(cell)
            try:
                yield self._do(cell, found, watch)
            except DivergedError as error:
                yield CellDone(cell, failure=str(error))
            except (RunError, CheckpointError) as error:
                if found is None:
                    raise
                yield CellDone(cell, failure=str(error))

    @property
    def processes(self) -> int:
        """How many train a cell together."""
        return 1

    def find(self, cell: Cell) -> RunFolder | None:
        """Its run, if there is one; a run goes on by as many processes as began it, so that one which others left
        unfinished is not meant."""
        self._index = self._index or RunIndex(self._runs)
        found = self._index.find(cell.recipe_hash)
        if found is None:
            return None
        info = found.info()
        began = info.get("hardware", {})
        same = int(began.get("devices", 1)) * int(began.get("nodes", 1)) == self.processes
        return found if same or info["status"] == "finished" else None

    def begin(self, recipe: Recipe, callbacks: Sequence[Callback]) -> Run:
        """Trains a recipe from its start."""
        return train(recipe, runs=self._runs, reporter=self._reporter, callbacks=callbacks)

    def go_on(self, found: RunFolder, callbacks: Sequence[Callback]) -> Run:
        """Goes on with a run."""
        return resume(found.path, reporter=self._reporter, callbacks=callbacks)

    def has(self, recipe_hash: str) -> bool:
        """Whether there is a run of the recipe with this hash."""
        self._index = self._index or RunIndex(self._runs)
        return self._index.find(recipe_hash) is not None

    def _do(self, cell: Cell, found: RunFolder | None, watch: Watch | None) -> CellDone:
        if found is not None and found.info()["status"] == "failed" and "failure" in found.info():
            return CellDone(cell, failure=diverged(found.info()))
        callbacks = [] if watch is None else [StopWhenWorse(cell, watch)]
        if found is None:
            run = self.begin(cell.recipe, callbacks)
        elif found.info()["status"] == "finished" and not missing(found.path):
            run = open_run(found.path)
        else:
            run = self.go_on(found, callbacks)
        if run.info.get("stop_reason") == STOPPED:
            return CellDone(cell, stopped=True)
        known = run.evaluations().get(self._split) if found is not None else None
        evaluation = known or run.evaluate(self._split, reporter=self._reporter)
        self.after(run, cell)
        return CellDone(cell, record_of(run, evaluation, cell))


class StopWhenWorse(Callback):
    """Tells every epoch's record, and ends the training where the answer is that others are better."""

    def __init__(self, cell: Cell, watch: Watch) -> None:
        self._cell, self._watch = cell, watch
        self._before = 0

    def on_epoch_end(self, loop: Loop, record: dict[str, Any]) -> None:
        """Asks."""
        epoch = int(record["epoch"])
        if self._watch(self._cell, epoch, record) and loop.stop_reason is None and epoch < loop.train.epochs:
            loop.stop_reason = STOPPED


class Whisper(Reporter):
    """Passes on warnings and progress; what each of hundreds of trainings has to say beside these would be a wall."""

    def __init__(self, reporter: Reporter) -> None:
        self._reporter = reporter
        self._said: set[str] = set()

    def warn(self, message: str) -> None:
        """Each warning once."""
        if message not in self._said:
            self._said.add(message)
            self._reporter.warn(message)

    @contextmanager
    def task(self, title: str, total: int | None = None, counted: str = "") -> Iterator[Task]:
        """A bar below that of the search."""
        with self._reporter.task(title, total, counted) as task:
            yield task


def record_of(run: Run, evaluation: Evaluation, cell: Cell) -> dict[str, Any]:
    """What a trial keeps of one cell: plain values that any storage takes."""
    info, history = run.info, run.history
    parameters = info.get("parameters")
    return {
        "run": run.path.name,
        "host": this_process().host,
        "seed": cell.recipe.seed,
        "scores": {name: value for name, value in evaluation.metrics.items() if math.isfinite(value)},
        "intervals": {
            name: [float(low), float(high)]
            for name, (low, high) in evaluation.intervals.items()
            if math.isfinite(low) and math.isfinite(high)
        },
        "seconds": float(info["timings"]["training_seconds"]),
        "epochs": len(history),
        "parameters": int(parameters) if parameters is not None else 0,
        "samples": int(evaluation.count),
        "judged_on": str((info.get("split_fingerprints") or {}).get(evaluation.split, "")),
        FOUND: found_in(run.path, cell.recipe, info, history, evaluation),
    }


def diverged(info: Mapping[str, Any]) -> str:
    """Why a run has no numbers."""
    lost = info["failure"]
    return _("{term} was not finite in epoch {epoch}").format(term=lost["term"], epoch=lost["epoch"])
