"""Searches without training: cells that take as long as they are told and leave a mark, in forked workers that can be
killed."""

from __future__ import annotations

import math
import os
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from trasluz.recipe.study import Study
from trasluz.reporting import Reporter
from trasluz.search.folder import Cell
from trasluz.search.trials.keeping import create_trials
from trasluz.search.trials.patience import Patience
from trasluz.search.trials.place import Place
from trasluz.search.trials.plan import Plan
from trasluz.search.trials.queue import TrialQueue
from trasluz.search.trials.sampling import make_pruner
from trasluz.search.trials.working import CellDone, Trainer, Watch, Working

RATE, BATCH = "train.optimiser.learning_rate", "train.batch"


def made_study(**more: Any) -> Study:
    """A search over two fields of a small recipe."""
    over = {RATE: {"low": 1e-4, "high": 1e-1, "log": True}, BATCH: [16, 32, 64]}
    return Study.model_validate({"name": "made", "base": "digits-cnn", "over": over, "seeds": 1, **more})


def score_of(cell: Cell) -> float:
    """The accuracy of a cell: best at a rate of 0.01."""
    rate = cell.recipe.train.optimiser.learning_rate
    return 1.0 / (1.0 + (math.log10(rate) + 2) ** 2) - 0.001 * cell.number


class Made(Trainer):
    """Trains by waiting, and leaves a mark in ``marks`` for each cell that it ended: ``twice`` for one that was ended
    before."""

    def __init__(self, marks: Path | None = None, seconds: float = 0.0) -> None:
        self.marks, self.seconds, self.trained = marks, seconds, 0

    def train(self, cells: Iterable[Cell], watch: Watch | None, fresh: bool) -> Iterator[CellDone]:
        for cell in cells:
            mark = None if self.marks is None else self.marks / f"{cell.variant}-{cell.number}"
            if mark is None or not mark.exists():
                time.sleep(self.seconds)
                self.trained += 1
                if mark is not None:
                    leave(mark)
            if watch is not None and any(
                watch(cell, epoch, {"valid/accuracy": score_of(cell) * epoch / cell.recipe.train.epochs})
                for epoch in range(1, cell.recipe.train.epochs + 1)
            ):
                yield CellDone(cell, stopped=True)
                continue
            yield CellDone(cell, record(cell))


def leave(mark: Path) -> None:
    try:
        mark.open("x").close()
    except FileExistsError:
        mark.with_name(f"twice-{mark.name}-{os.getpid()}").touch()


def record(cell: Cell) -> dict[str, Any]:
    plain = {"run": f"run-{cell.variant}-{cell.number}", "scores": {"accuracy": score_of(cell)}, "intervals": {}}
    return {**plain, "seconds": 1.0, "epochs": 1, "parameters": 10, "samples": 100, "judged_on": "the same"}


def queue_of(place: Place, plan: Plan, reporter: Reporter) -> TrialQueue:
    patience = Patience(place.shown, reporter)
    search = plan.study.search
    pruner = make_pruner(search, plan.steps)
    return TrialQueue(place, place.open(), plan.space, patience, plan.sampler, pruner, search.seed)


def create(place: Place, study: Study) -> Plan:
    plan = Plan.of(study)
    create_trials(place, plan, {"study": study.to_yaml(), "base": None}, Reporter())
    return plan


def work(place: Place, plan: Plan, trainer: Trainer, reporter: Reporter | None = None) -> Working:
    """One worker's part, until nothing is left."""
    queue = queue_of(place, plan, reporter or Reporter())
    working = Working(queue, plan, trainer, reporter or Reporter())
    try:
        with queue:
            working.run()
    finally:
        queue.close()
    return working


def trials_of(place: Place, plan: Plan) -> list[Any]:
    queue = queue_of(place, plan, Reporter())
    try:
        return queue.trials()
    finally:
        queue.close()


def forked(call: Callable[[], object]) -> int:
    """The number of a process that makes the call and ends with 0, or with 1 where it raised."""
    number = os.fork()
    if number == 0:
        status = 1
        try:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            call()
            status = 0
        except BaseException as error:  # a child must never go on as pytest
            os.write(2, f"{type(error).__name__}: {error}\n".encode())
        finally:
            os._exit(status)
    return number


def status_of(number: int) -> int | None:
    """How a forked process ended; ``None`` while it runs."""
    found, status = os.waitpid(number, os.WNOHANG)
    return None if found == 0 else os.waitstatus_to_exitcode(status)


def kill_again_and_again(begin: Callable[[], int], workers: int, every: float, least: int, limit: float) -> int:
    """Keeps that many workers going and kills one every so many seconds, until one ends by itself after ``least``
    kills; how many were killed."""
    running = [begin() for _ in range(workers)]
    killed, until, due = 0, time.monotonic() + limit, time.monotonic() + every
    while time.monotonic() < until:
        time.sleep(0.02)
        ended = {number: status for number in running if (status := status_of(number)) is not None}
        assert set(ended.values()) <= {0}, ended
        running = [number for number in running if number not in ended]
        if ended and killed >= least:
            break
        if time.monotonic() > due and running:
            victim = running.pop(killed % len(running))
            os.kill(victim, signal.SIGKILL)
            os.waitpid(victim, 0)
            killed, due = killed + 1, time.monotonic() + every
        while len(running) < workers:
            running.append(begin())
    for number in running:
        os.waitpid(number, 0)
    return killed
