"""How a search trains many cells together: as one network with stacked weights or by processes, as was measured.

Each cell is a run in the study's folder as ``train`` makes one, judged as ``evaluate`` judges one, without opening
again what is still in memory.
"""

from __future__ import annotations

import dataclasses
import os
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np

from trasluz.api.cell_runs import Beginning, NewRun
from trasluz.api.run import Run, open_source
from trasluz.api.search_cells import OneByOne, Whisper, diverged, record_of
from trasluz.api.trusting import trusting
from trasluz.data.data import Data
from trasluz.data.describe.audit_warnings import audit_warnings
from trasluz.files import sync_all, without_waiting
from trasluz.model.hardware import choose
from trasluz.model.model import Model
from trasluz.recipe import Recipe
from trasluz.reporting import Reporter
from trasluz.runs.folder import RunFolder
from trasluz.runs.leftovers import remove_leftovers
from trasluz.search.executing import Done, Piece, execute
from trasluz.search.executing.unfinished import FOLDER as UNFINISHED
from trasluz.search.executing.unfinished import sweep
from trasluz.search.folder import Cell
from trasluz.search.trials.plan import Plan
from trasluz.search.trials.working import CellDone, Trainer, Watch

_MOST = 512  # cells at once: a population of more gains nothing
_SHARED = 32  # where other hosts want some, too
_PARTS = 10  # of the minutes of a search: what is begun together should end within one
_TELLING = 8  # cells from which on it is said which way they are trained
_SYNC_SECONDS = 1.0  # between waits for the disk: what a power cut takes can be judged again


def trainer_for(plan: Plan, runs: Path, shared: bool, reporter: Reporter) -> Trainer:
    """What trains the cells of a search; ``shared``: whether workers of other hosts may join it.

    One after another where each trial decides what becomes of it or of the next, and on a GPU, which one fills.
    """
    alone = OneByOne(runs, plan.split, reporter)
    if plan.study.search.pruner != "none" or choose(plan.first_fold().compute).device != "cpu":
        return alone
    minutes = plan.study.search.minutes
    most = 1 if plan.sampler == "tpe" else _SHARED if shared else _MOST
    return Together(alone, runs, plan.split, reporter, most, None if minutes is None else 60 * minutes / _PARTS)


class Together(Trainer):
    """Trains cells by ``execute``; those that were begun before, or cannot begin afresh, one by one.

    ``most``: cells at once; ``seconds``: that these may take, as far as is known, where there is an end.
    """

    filmed = False  # whether each leaves a film, which hundreds do not

    def __init__(
        self, alone: OneByOne, runs: Path, split: str, reporter: Reporter, most: int, seconds: float | None = None
    ) -> None:
        self._alone, self._runs, self._split = alone, runs, split
        self._loud, self._reporter = reporter, Whisper(reporter)
        self._most, self._seconds = most, seconds
        self._each: float | None = None  # seconds of a cell, as measured
        self._data: dict[str, Data] = {}
        self._synced = time.monotonic()
        self._unfinished = runs.parent / UNFINISHED

    @property
    def at_once(self) -> int:
        """As many as end in time."""
        if self._seconds is None:
            return self._most
        several = os.cpu_count() or 1
        likely = several if self._each is None else int(self._seconds / max(self._each, 1e-3))
        return max(1, min(self._most, likely))

    def train(self, cells: Iterable[Cell], watch: Watch | None, fresh: bool) -> Iterator[CellDone]:
        """Trains and judges cells; a watched one can be stopped, so it is trained by itself."""
        left = list(cells)
        alone = [c for c in left if watch is not None or _starts_elsewhere(c.recipe) or not (fresh or self._is_new(c))]
        kept = set(map(id, alone))
        together = [cell for cell in left if id(cell) not in kept]
        if len(together) == 1 and not self._unfinished.is_dir():
            alone, together = left, []
        started = time.monotonic()
        yield from self._alone.train(alone, watch, fresh)
        if together:
            yield from self._together(together)
        self._each = (time.monotonic() - started) / max(1, len(left))

    def _is_new(self, cell: Cell) -> bool:
        return self._alone.find(cell) is None

    def _together(self, cells: Sequence[Cell]) -> Iterator[CellDone]:
        sources = {cell.recipe.data.source for cell in cells}
        remove_leftovers(self._runs, deep=False)  # runs that a killed process was about to put there
        with tempfile.TemporaryDirectory(prefix="trasluz-") as ready, trusting((), *sources):
            beginnings: dict[int, Beginning] = {}
            pieces, makers = [], []
            for cell in cells:
                data = self._open(cell.recipe)
                if id(data) not in beginnings:
                    own = Path(ready) / str(len(beginnings))
                    own.mkdir()
                    with without_waiting():
                        beginnings[id(data)] = Beginning.of(data, cell.recipe.data.source, self._runs, own)
                path = RunFolder.plan(self._runs, cell.recipe).path
                makers.append(NewRun(path, cell.recipe, beginnings[id(data)]))
                pieces.append(Piece(cell.recipe, makers[-1], data, self.filmed))
            first = pieces[0].data
            assert first is not None
            teller = _Choice(self._loud) if len(cells) >= _TELLING else self._reporter
            try:
                for done in execute(pieces, first, teller, self._unfinished):
                    yield self._judged(done, cells[done.index], makers[done.index].folder, pieces[done.index])
            finally:
                sync_all(self._runs)
                sweep(self._unfinished, self._alone.has)

    def _judged(self, done: Done, cell: Cell, folder: RunFolder, piece: Piece) -> CellDone:
        if not isinstance(done.outcome, Model):
            return CellDone(cell, failure=diverged(folder.info()))
        run = Run(folder, piece.data)
        run.take_model(done.outcome)
        with without_waiting():
            _mend_layout(folder, done.outcome)
            evaluation = run.evaluate(self._split, reporter=Reporter())
            self._alone.after(run, cell)
        if time.monotonic() - self._synced > _SYNC_SECONDS:
            sync_all(self._runs)
            self._synced = time.monotonic()
        return CellDone(cell, record_of(run, evaluation, cell))

    def _open(self, recipe: Recipe) -> Data:
        """The data of a recipe; of those that differ in their splits alone, as of seeds and folds, the samples once."""
        seed = recipe.seed if recipe.data.split_seed is None else recipe.data.split_seed
        key = f"{seed} {recipe.data.model_dump_json()}"
        if key not in self._data:
            opened = open_source(recipe.data, recipe.seed, self._reporter)
            for warning in audit_warnings(opened.audit):
                self._reporter.warn(warning)
            same = (known for known in self._data.values() if _same_samples(known, opened))
            known = next(same, None)
            self._data[key] = opened if known is None else dataclasses.replace(opened, samples=known.samples)
        return self._data[key]


class _Choice(Whisper):
    """Says which way cells are trained, which is worth a sentence for many; each sentence once."""

    def say(self, message: str) -> None:
        """Passes it on."""
        if message not in self._said:
            self._said.add(message)
            self._reporter.say(message)


def _same_samples(one: Data, other: Data) -> bool:
    same = one.fingerprint == other.fingerprint and one.samples.shape == other.samples.shape
    return same and one.samples.dtype == other.samples.dtype and np.array_equal(one.samples, other.samples)


def _starts_elsewhere(recipe: Recipe) -> bool:
    """Whether a phase starts from weights that were trained before, of which a run tells."""
    return any(phase.weights_from is not None for phase in recipe.phases)


def _mend_layout(folder: RunFolder, model: Model) -> None:
    """A run says how its maps lay in memory, which is known only when its networks were built."""
    hardware = folder.info()["hardware"]
    if hardware["layout"] != "contiguous" and model.layout == "contiguous":
        folder.update_info(hardware={**hardware, "layout": "contiguous"})
