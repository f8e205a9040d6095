"""The loop of a population: draws everybody's batches, steps, evaluates, and lets go of who has ended.

It does what ``training/loop.py`` does for one network, for one phase.  A member that stopped early or diverged leaves
the stack at the end of the epoch and costs nothing from then on.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import torch

from trasluz.data.feed.batches import Smaller, TrainBatches
from trasluz.data.feed.stacked_batches import StackedBatches
from trasluz.errors import Interrupted, StorageError
from trasluz.families.base import Progress
from trasluz.messages import _
from trasluz.reporting import Reporter, Task
from trasluz.rng import Rng
from trasluz.training.compared import SPLIT, compared_rows
from trasluz.training.fit import write_status
from trasluz.training.interrupt import StopRequest
from trasluz.training.phases import train_mode
from trasluz.training.population.engine import StackedEngine
from trasluz.training.population.member import EpochEnd, Member
from trasluz.training.start import Prepared
from trasluz.training.stretches import Stretches
from trasluz.training.totals import Totals


class Population:
    """Trains ``members`` as one and keeps their stores true."""

    def __init__(self, members: Sequence[Member], engine: StackedEngine, request: StopRequest) -> None:
        self.members, self.engine, self.request = list(members), engine, request
        self.first = members[0].prepared
        self.train, self.phase = members[0].train, members[0].phase
        self.compared = compared_rows(self.first.data, self.train)
        self.batches = stacked_batches([member.prepared for member in members])
        self.stretches = Stretches(self.train.epochs)
        self.totals = Totals(engine.device)
        self.global_step = 0
        self._started = time.perf_counter()

    def run(self, reporter: Reporter) -> None:
        """Trains until every member has ended.

        Raises:
            Interrupted: somebody asked to stop; everybody's weights until then are kept.
        """
        for member in self.members:
            member.begin(len(self.members))
        with self._told_of_failure(), reporter.task(self._title(), self.train.epochs, _("epochs")) as task:
            for epoch in range(self.train.epochs):
                if self.members:
                    self._run_epoch(epoch, reporter, task)

    def _title(self) -> str:
        return _("Training {count} networks as one").format(count=len(self.members))

    def _run_epoch(self, epoch: int, reporter: Reporter, task: Task) -> None:
        train_mode(self.engine.skeleton)
        started, scales = time.perf_counter(), [1.0] * len(self.members)
        for step, (batch, rng) in enumerate(self.batches.epoch(epoch)):
            whole = epoch + step / self.batches.steps
            scales = self.engine.begin_step(whole)
            done = torch.full((), whole / self.train.epochs, device=self.engine.device)
            losses = self.engine.step(batch, rng, Progress(self.phase, epoch, step, done))
            self.totals.add(losses, batch.inputs.shape[1], self.global_step)
            self.global_step += 1
            self.stretches.mark(step + 1, self.batches.steps, self.totals)
            self._obey()
        seconds = time.perf_counter() - started
        ends = self._ends(scales)
        finite = self._drop_diverged(epoch, reporter)
        if finite:
            self._close(epoch, [ends[row] for row in finite], seconds)
        task.advance()

    def _ends(self, scales: list[float]) -> list[EpochEnd]:
        stretches = self.stretches.close_members(self.phase, self.global_step)
        found = []
        for row, (means, statistics) in enumerate(self.totals.of_members()):
            idle = self.engine.idle_terms(row)
            hidden = {f"train/{name}" for name in idle}
            own = [{k: v for k, v in record.items() if k not in hidden} for record in stretches[row]]
            told = {name: value for name, value in means.items() if name not in idle}
            found.append(EpochEnd(told, statistics, own, scales[row]))
        return found

    def _drop_diverged(self, epoch: int, reporter: Reporter) -> list[int]:
        """Lets go of who is not finite any more; the places that the others had."""
        bad, self.totals = self.totals.not_finite(), Totals(self.engine.device)
        for row, (term, step) in bad.items():
            reporter.warn(str(self.members[row].diverge(term, step, epoch + 1, self._seconds())))
        finite = [row for row in range(len(self.members)) if row not in bad]
        self._keep(finite)
        return finite

    def _close(self, epoch: int, ends: list[EpochEnd], seconds: float) -> None:
        """The end of an epoch: evaluation, records, early stopping, and the end of those who are done."""
        last = epoch + 1 == self.train.epochs
        evaluated = self._settle() if last else [{} for _member in self.members]
        due = last or (epoch + 1) % self.train.evaluate_every == 0
        if due and not all(evaluated):
            evaluated = [old or new for old, new in zip(evaluated, self._evaluate(), strict=True)]
        shown = self.batches.samples_per_epoch
        speed = {"seconds": seconds, "images_per_second": shown / max(seconds, 1e-9)}
        where, going_on = {"epoch": epoch + 1, "step": self.global_step}, []
        for row, member in enumerate(self.members):
            record = member.record(ends[row], self.engine.family, evaluated[row], where) | speed
            member.keep_epoch(record, ends[row].stretches, self.engine, row, self.global_step)
            if last or member.stop_reason is not None:
                member.finish(self.engine.evaluated, row, self._seconds())
            else:
                going_on.append(row)
        self._keep(going_on)

    def _settle(self) -> list[dict[str, Any]]:
        """After the last step: everybody's running statistics anew where they lag, and what is measured then."""
        found = []
        for row, member in enumerate(self.members):
            self.engine.evaluated.write(row, member.prepared.networks)
            found.append(member.settle(self.engine, self.global_step))
            if found[-1]:
                self.engine.evaluated.read(row, member.prepared.networks)
        return found

    def _evaluate(self) -> list[dict[str, Any]]:
        """Of each member what is measured on validation, and on the training images that stand beside it."""
        found: list[dict[str, Any]] = [{} for _member in self.members]
        data, preprocess = self.first.data, self.first.preprocess
        for split, rows in (("valid", data.split("valid")), (SPLIT, self.compared)):
            if not len(rows):
                continue
            for own, measured in zip(found, self.engine.validate(data, rows, preprocess), strict=True):
                own |= {f"{split}/{name}": value for name, value in measured.items()}
        return found

    def _keep(self, places: list[int]) -> None:
        if len(places) == len(self.members):
            return
        self.members = [self.members[row] for row in places]
        if places:
            self.engine.keep(places)
            self.batches.keep(places)

    def _seconds(self) -> float:
        return time.perf_counter() - self._started

    def _obey(self) -> None:
        if self.request.asked:
            for row, member in enumerate(self.members):
                member.finish(self.engine.evaluated, row, self._seconds(), "interrupted")
            raise Interrupted(_("Interrupted; networks that train as one cannot go on later: train them again."))

    @contextmanager
    def _told_of_failure(self) -> Iterator[None]:
        """Keeps the stores' ``status`` true about those who are still training when something fails."""
        try:
            yield
        except Interrupted:
            raise
        except BaseException as error:
            status = "interrupted" if isinstance(error, KeyboardInterrupt) else "failed"
            for member in self.members:
                with suppress(StorageError):  # the disk that is full may be the reason
                    write_status(member.store, status, self._seconds(), None)
            if isinstance(error, KeyboardInterrupt):
                raise Interrupted(_("Stopped at once; networks that train as one cannot go on later.")) from None
            raise


def stacked_batches(members: Sequence[Prepared]) -> StackedBatches:
    """Everybody's batches, as the loop of each alone would draw them."""
    first = members[0]
    ((_phase, train),) = first.recipe.resolved_phases()
    size = len(first.data.split("train")) if train.batch == "full" else train.batch
    small = train.progressive
    smaller = Smaller(small.shape, round(small.until * train.epochs)) if small else None
    draws = [Rng(member.recipe.seed).child("phase", 0) for member in members]
    batches = TrainBatches(
        first.data,
        first.preprocess,
        first.recipe.data,
        draws[0],
        size,
        first.fabric.device,
        train.steps_per_epoch,
        smaller,
        channels_last=first.hardware.layout == "channels-last",
    )
    return StackedBatches(batches, draws)
