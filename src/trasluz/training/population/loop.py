"""The loop of a population: draws everybody's batches, steps, evaluates, and lets go of who has ended.

It does what ``training/loop.py`` does for one network, for one phase.  A member that stopped early or diverged leaves
the stack at the end of the epoch and costs nothing from then on; those that differ in nothing but their epochs share
one network (``track.py``).
"""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import torch

from trasluz.data.data import Data
from trasluz.data.feed.batches import Smaller, TrainBatches
from trasluz.data.feed.stacked_batches import StackedBatches
from trasluz.errors import Interrupted, StorageError
from trasluz.families.base import Progress
from trasluz.messages import _
from trasluz.reporting import Reporter
from trasluz.rng import Rng
from trasluz.training.compared import SPLIT, compared_rows
from trasluz.training.fit import write_status
from trasluz.training.interrupt import StopRequest
from trasluz.training.phases import train_mode
from trasluz.training.population.checkpoint import Keeper, state_of
from trasluz.training.population.engine import StackedEngine
from trasluz.training.population.member import EpochEnd, Member
from trasluz.training.population.seen import Seen
from trasluz.training.population.track import Track
from trasluz.training.start import Prepared
from trasluz.training.stretches import POINTS, Stretches
from trasluz.training.totals import Totals

_LEAST = 50  # times what a checkpoint takes lie between two of them


class Population:
    """Trains the members of ``tracks``, one network each, as one, and keeps their stores true."""

    def __init__(
        self, tracks: Sequence[Track], engine: StackedEngine, request: StopRequest, keeper: Keeper | None = None
    ) -> None:
        self.tracks, self.engine, self.request, self._keeper = list(tracks), engine, request, keeper
        self.first = tracks[0].lead.prepared
        self.train, self.phase = tracks[0].lead.train, tracks[0].lead.phase
        self.epochs = max(track.lead.train.epochs for track in tracks)
        self.batches = stacked_batches([track.lead.prepared for track in tracks])
        self.compared = {id(d): compared_rows(d, self.train) for d in self._views()}
        lengths = {self._stretched(member): member.train.epochs for member in self.members}
        self.stretches = {count: Stretches(epochs) for count, epochs in lengths.items()}
        self.totals = Totals(engine.device)
        self.epoch = self.step = self.global_step = 0
        self._went_on = False
        self._started = self._kept_at = time.perf_counter()
        self._keeping_took, self._every = 0.0, 60 * min(t.lead.train.checkpoint_minutes for t in tracks)

    @property
    def members(self) -> list[Member]:
        """Everybody who is still training."""
        return [member for track in self.tracks for member in track.members]

    def _views(self) -> list[Data]:
        """The data of the networks, each once: they differ in their splits."""
        return list({id(t.lead.prepared.data): t.lead.prepared.data for t in self.tracks}.values())

    def _stretched(self, member: Member) -> int:
        """Into how many stretches its epochs are cut."""
        return min(max(POINTS // member.train.epochs, 1), self.batches.steps)

    def go_on_from(self, epoch: int, step: int, global_step: int, seconds: float) -> None:
        """Stands at ``step`` of ``epoch`` (both from 0), after ``seconds`` of training."""
        self.epoch, self.step, self.global_step, self._went_on = epoch, step, global_step, True
        self._started = time.perf_counter() - seconds

    def run(self, reporter: Reporter) -> Generator[list[Member], None, None]:
        """Trains until every member has ended; gives those who have, whenever some have.

        Raises:
            Interrupted: somebody asked to stop; everybody goes on from there, or, where there is nothing to keep a
                state in, keeps the weights until then.
        """
        if not self._went_on:
            self._begin()
        left = self.epochs - self.epoch
        with self._told_of_failure(), reporter.task(self._title(), left, _("epochs")) as task:
            for _epoch in range(left):
                if self.tracks:
                    before = self.members
                    self._run_epoch(reporter)
                    ended = [member for member in before if member.result is not None]
                    if ended:
                        yield ended
                    self._look_around()
                task.advance()

    def _begin(self) -> None:
        count = len(self.members)
        for row, track in enumerate(self.tracks):
            for member in track.members:
                member.begin(count)
                if member.callbacks:
                    Seen(member, self.engine, row, 0).tell("on_phase_start")

    def _title(self) -> str:
        return _("Training {count} networks as one").format(count=len(self.members))

    def _run_epoch(self, reporter: Reporter) -> None:
        train_mode(self.engine.skeleton)
        started, scales, shared = time.perf_counter(), [1.0] * len(self.tracks), self.batches.shared
        epoch, first = self.epoch, self.step
        for step, (batch, rng) in enumerate(self.batches.epoch(epoch, first), first):
            whole = epoch + step / self.batches.steps
            scales = self.engine.begin_step(whole)
            # Of members of several lengths nobody's loss follows it: ``fit.py`` has made sure.
            done = torch.full((), whole / self.epochs, device=self.engine.device)
            losses = self.engine.step(batch, rng, Progress(self.phase, epoch, step, done), shared)
            self.totals.add(losses, len(rng.positions), self.global_step)
            self.step, self.global_step = step + 1, self.global_step + 1
            for stretches in self.stretches.values():
                stretches.mark(step + 1, self.batches.steps, self.totals)
            if self.step < self.batches.steps:
                self._look_around()
        seconds = time.perf_counter() - started
        seconds *= self.batches.steps / (self.batches.steps - first)  # as if it had begun with the epoch
        ends = self._ends(scales)
        if self._drop_diverged(epoch, reporter):
            self._close(epoch, ends, seconds)
        self.epoch, self.step = epoch + 1, 0

    def _ends(self, scales: list[float]) -> dict[int, EpochEnd]:
        """By the number of each member."""
        cut = {n: own.close_members(self.phase, self.global_step) for n, own in self.stretches.items()}
        found = {}
        for row, (means, statistics) in enumerate(self.totals.of_members()):
            idle = self.engine.idle_terms(row)
            hidden = {f"train/{name}" for name in idle}
            told = {name: value for name, value in means.items() if name not in idle}
            for member in self.tracks[row].members:
                stretches = cut[self._stretched(member)][row]
                own = [{k: v for k, v in record.items() if k not in hidden} for record in stretches]
                found[member.number] = EpochEnd(told, statistics, own, scales[row])
        return found

    def _drop_diverged(self, epoch: int, reporter: Reporter) -> bool:
        """Lets go of who is not finite any more; whether somebody is left."""
        bad, self.totals = self.totals.not_finite(), Totals(self.engine.device)
        for row, (term, step) in bad.items():
            for member in self.tracks[row].members:
                reporter.warn(str(member.diverge(term, step, epoch + 1, self.seconds())))
        self._keep([row for row in range(len(self.tracks)) if row not in bad])
        return bool(self.tracks)

    def _close(self, epoch: int, ends: Mapping[int, EpochEnd], seconds: float) -> None:
        """The end of an epoch: evaluation, records, early stopping, and the end of those who are done."""
        speed = {"seconds": seconds, "images_per_second": self.batches.samples_per_epoch / max(seconds, 1e-9)}
        evaluated, going_on = self._evaluated(epoch), []
        for row, track in enumerate(self.tracks):
            where = {"epoch": epoch + 1, "step": self.global_step}
            stopped = track.close(ends, self.engine.family, evaluated, where, speed, self.engine, row)
            ended = [m for m in track.members if m in stopped or m.train.epochs == epoch + 1]
            for member in ended:
                member.finish(self.engine.evaluated, row, self.seconds())
            track.members = [member for member in track.members if member not in ended]
            if track.members:
                going_on.append(row)
        self._keep(going_on)

    def _evaluated(self, epoch: int) -> dict[int, dict[str, Any]]:
        """What is measured of each member at the end of an epoch, by its number: at its last one, and where it is due.

        After its last step a member's running statistics are computed anew where they lag, and what is measured then
        is it.
        """
        found: dict[int, dict[str, Any]] = {}
        due = (epoch + 1) % self.train.evaluate_every == 0
        for row, track in enumerate(self.tracks):
            for member in track.ending(epoch):
                self.engine.evaluated.write(row, member.prepared.networks)
                found[member.number] = member.settle(self.engine, self.global_step)
        rows = [row for row, t in enumerate(self.tracks) if due or any(not found[m.number] for m in t.ending(epoch))]
        measured = dict(zip(rows, self._measured(rows), strict=True))
        for row, track in enumerate(self.tracks):
            for member in track.members:
                ends = member.train.epochs == epoch + 1
                if not found.get(member.number):
                    found[member.number] = measured[row] if due or ends else {}
        return found

    def _measured(self, rows: Sequence[int]) -> list[dict[str, float]]:
        """Of the networks at ``rows`` what is measured on validation, and on the training images that stand beside."""
        found: dict[int, dict[str, float]] = {row: {} for row in rows}
        for data in self._views():
            own = [row for row in rows if self.tracks[row].lead.prepared.data is data]
            if not own:
                continue
            preprocess = self.tracks[own[0]].lead.prepared.preprocess
            for split, samples in (("valid", data.split("valid")), (SPLIT, self.compared[id(data)])):
                if len(samples):
                    for row, measured in zip(own, self.engine.validate(data, samples, preprocess, own), strict=True):
                        found[row] |= {f"{split}/{name}": value for name, value in measured.items()}
        return list(found.values())

    def _keep(self, places: list[int]) -> None:
        if len(places) == len(self.tracks):
            return
        self.tracks = [self.tracks[row] for row in places]
        if places:
            self.engine.keep(places)
            self.batches.keep(places)

    def seconds(self) -> float:
        """Of training until now."""
        return time.perf_counter() - self._started

    def _look_around(self) -> None:
        """Between two steps, when who has ended was given: requests to stop, and whether a checkpoint is due."""
        if not self.tracks:
            return
        if self.request.asked:
            self._stop()
        if time.perf_counter() - self._kept_at >= max(self._every, _LEAST * self._keeping_took):
            self._checkpoint()

    def _checkpoint(self) -> None:
        if self._keeper is not None and self.tracks:
            started = time.perf_counter()
            self._keeper.write(self.global_step, state_of(self))
            self._kept_at = time.perf_counter()
            self._keeping_took = self._kept_at - started

    def _stop(self) -> None:
        if self._keeper is None:
            for row, track in enumerate(self.tracks):
                for member in track.members:
                    member.finish(self.engine.evaluated, row, self.seconds(), "interrupted")
            raise Interrupted(_("Interrupted; networks that train as one cannot go on later: train them again."))
        self._checkpoint()
        raise Interrupted(_("Interrupted; what trained as one can go on from here."))

    @contextmanager
    def _told_of_failure(self) -> Iterator[None]:
        """Keeps the stores' ``status`` true about those who are still training when something fails."""
        try:
            yield
        except Interrupted:
            raise
        except GeneratorExit:  # whoever asked for those who ended wants no more of them now
            with suppress(StorageError):
                self._checkpoint()
            raise
        except BaseException as error:
            status = "interrupted" if isinstance(error, KeyboardInterrupt) else "failed"
            for member in self.members:
                with suppress(StorageError):  # the disk that is full may be the reason
                    write_status(member.store, status, self.seconds(), None)
            if isinstance(error, KeyboardInterrupt):
                raise Interrupted(_("Stopped at once; networks that train as one cannot go on later.")) from None
            raise


def stacked_batches(members: Sequence[Prepared]) -> StackedBatches:
    """Everybody's batches, as the loop of each alone would draw them."""
    made = {id(member.data): _batches(member) for member in {id(m.data): m for m in reversed(members)}.values()}
    draws = [Rng(member.recipe.seed).child("phase", 0) for member in members]
    return StackedBatches([made[id(member.data)] for member in members], draws)


def _batches(member: Prepared) -> TrainBatches:
    """Of the data of ``member``, for all who train on these."""
    ((_phase, train),) = member.recipe.resolved_phases()
    size = len(member.data.split("train")) if train.batch == "full" else train.batch
    small = train.progressive
    smaller = Smaller(small.shape, round(small.until * train.epochs)) if small else None
    return TrainBatches(
        member.data,
        member.preprocess,
        member.recipe.data,
        Rng(member.recipe.seed).child("phase", 0),
        size,
        member.fabric.device,
        train.steps_per_epoch,
        smaller,
        channels_last=member.hardware.layout == "channels-last",
    )
