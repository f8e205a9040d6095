"""The loop: draws batches, steps, accumulates on the device, evaluates, tells callbacks, checkpoints.

It never asks which family it trains.  Its whole state is (phase, epoch, step) and the totals of the running
epoch; everything random is a function of that position, so a run continued from any checkpoint goes on exactly
as the uninterrupted one would have.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from trasluz.data.data import Data
from trasluz.data.feed.batch import Batch
from trasluz.data.feed.batches import Smaller, TrainBatches
from trasluz.data.feed.preprocess import Preprocess
from trasluz.errors import DivergedError, Interrupted
from trasluz.families.base import BaseFamily, Progress
from trasluz.messages import N_, _
from trasluz.metrics.described import Metric
from trasluz.recipe import PhaseSection, Recipe, TrainSection
from trasluz.rng import Rng, StepRng
from trasluz.training._fabric import Fabric
from trasluz.training.callbacks.base import Callback, states_for
from trasluz.training.compared import compared_rows, measure
from trasluz.training.derived import PhaseData, derive, where_to_cut
from trasluz.training.early_stopping import EarlyStopping
from trasluz.training.engine import Engine
from trasluz.training.interrupt import StopRequest
from trasluz.training.phases import choose_trainable, shown, train_mode
from trasluz.training.running_statistics import settle
from trasluz.training.start_from import starting_weights
from trasluz.training.store import Store
from trasluz.training.stretches import Stretches
from trasluz.training.totals import Totals

METRICS = {
    "learning_rate": Metric(N_("Learning rate"), "number", "neither", least=0.0),
    "images_per_second": Metric(N_("Images per second"), "number", "higher", least=0.0),
}

_LOOK_EVERY = 50  # steps between looks at whether the losses are finite; a look waits for the device


class Loop:
    """Trains ``networks`` through the recipe's phases and keeps its store true."""

    def __init__(
        self,
        recipe: Recipe,
        data: Data,
        preprocess: Preprocess,
        family: BaseFamily,
        networks: nn.ModuleDict,
        fabric: Fabric,
        store: Store,
        callbacks: Sequence[Callback],
        request: StopRequest,
        channels_last: bool = True,
    ) -> None:
        self.recipe, self.data, self.preprocess = recipe, data, preprocess
        self._channels_last = channels_last
        self.family, self.networks, self.fabric, self.store = family, networks, fabric, store
        self.callbacks, self.request = list(callbacks), request
        self.phases = recipe.resolved_phases()
        self.phase_number = self.epoch = self.step = self.global_step = 0
        self.stop_reason: str | None = None
        self._resumed = False
        self._saved_at = time.monotonic()
        self._enter(0)

    # -- where we are -------------------------------------------------------------------------------------------

    @property
    def phase(self) -> PhaseSection:
        """The phase in force."""
        return self.phases[self.phase_number][0]

    @property
    def train(self) -> TrainSection:
        """The settings of the phase in force."""
        return self.phases[self.phase_number][1]

    @property
    def lead(self) -> bool:
        """Whether this process writes files and speaks."""
        return bool(self.fabric.is_global_zero)

    def samples_left(self) -> int:
        """Samples still to be shown in all phases, over all processes."""
        left = 0
        for number, (_phase, train) in enumerate(self.phases):
            if number < self.phase_number:
                continue
            batches = self._batches(number, train)
            left += batches.samples_per_epoch * train.epochs
            if number == self.phase_number:
                left -= batches.samples_per_epoch * self.epoch + self.step * batches.batch_size
        return max(left, 0)

    def _batches(self, number: int, train: TrainSection) -> TrainBatches:
        rng = Rng(self.recipe.seed).child("phase", number)
        size = len(self.data.split("train")) if train.batch == "full" else train.batch
        device = self.fabric.device
        process = Engine.process_of(self.fabric)
        small = train.progressive
        smaller = Smaller(small.shape, round(small.until * train.epochs)) if small else None
        steps, last = train.steps_per_epoch, self._channels_last
        phase_data = self.phase_data
        return TrainBatches(
            phase_data.data, phase_data.preprocess, phase_data.section, rng, size, device, steps, smaller, process, last
        )

    def _enter(self, number: int) -> None:
        """Sets up a phase; a resume then overwrites its weights and counters."""
        self.phase_number = number
        phase, train = self.phases[number]
        choose_trainable(self.networks, phase)
        self.family.enter_phase(self.networks, phase.name)
        self.engine = Engine(self.fabric, self.networks, self.family.updates(), train)
        self.compared = compared_rows(self.data, train)
        self.phase_data = PhaseData(self.data, self.preprocess, shown(self.recipe.data, phase))
        self.batches = self._batches(number, train)
        self.rng = Rng(self.recipe.seed).child("phase", number)
        self.totals = Totals(self.engine.device)
        self.stretches = Stretches(sum(train.epochs for _phase, train in self.phases))
        self.early_stopping = EarlyStopping(train.early_stopping)
        self.stop_reason = None
        self.counted: dict[str, Tensor] = {}

    # -- running --------------------------------------------------------------------------------------------------

    def run(self) -> None:
        """Trains from where the loop stands to the end of the last phase.

        Raises:
            Interrupted: somebody asked to stop; a checkpoint was written.
            DivergedError: a term is no longer finite; the last good checkpoint is kept.
        """
        self._tell("on_start")
        try:
            while True:
                self._run_phase()
                if self.phase_number + 1 == len(self.phases):
                    return
                self._next_phase()
        finally:
            best = self.early_stopping.checkpoint(self.phase.name)
            if self.lead and best is not None:
                self.store.write_checkpoint("best", best)
            self._tell("on_end")

    def _next_phase(self) -> None:
        evaluated = {name: value.clone() for name, value in self.engine.evaluated.state_dict().items()}
        self.networks.load_state_dict(evaluated)
        self.epoch = self.step = 0
        self._enter(self.phase_number + 1)

    def _run_phase(self) -> None:
        if self.epoch == 0 and self.step == 0 and not self._resumed:
            self._start_from()
            self._tell("on_phase_start")
            self.checkpoint()
        self._resumed = False
        self._derive()
        while self.epoch < self.train.epochs and self.stop_reason is None:
            self._run_epoch()

    def _start_from(self) -> None:
        found = starting_weights(self.networks, self.phase)
        if found is not None:
            self.engine.set_weights(found[0])

    def derives(self) -> bool:
        """Whether the phase in force will train on features that are computed once."""
        train_mode(self.networks, self.phase.frozen_norms)
        where = (self.family, self.networks, self.phase_data, self.train, self.engine)
        return self.phase.cache_features == "auto" and where_to_cut(*where) is not None

    def _derive(self) -> None:
        train_mode(self.networks, self.phase.frozen_norms)
        if self.phase.cache_features == "never":
            return
        tell = lambda done, whole: self._tell("on_features", done, whole)  # noqa: E731 - one line
        found = derive(self.family, self.networks, self.phase_data, self.train, self.engine, tell)
        if found is not None:
            self.phase_data = found
            self.batches = self._batches(self.phase_number, self.train)
            if self.lead:
                known = {**self.store.info().get("features", {}), self.phase.name: list(found.data.samples.shape[1:])}
                self.store.update_info(features=known)

    def _run_epoch(self) -> None:
        for name, counted in self.counted.items():  # a finished run that is trained on counts on where it had been
            self.engine.evaluated.get_buffer(name).copy_(counted)
        self.counted = {}
        train_mode(self.networks, self.phase.frozen_norms)
        started, first = time.perf_counter(), self.step
        for batch, rng, weight in self.batches.epoch(self.epoch, self.step):
            scale = self._step(batch, rng, weight)
            self._look_around()
        self.engine.agree_on_buffers()
        self._check_finite()
        seconds = time.perf_counter() - started
        record = self._record(scale, first, seconds, self._measured())
        stretches = self.stretches.close(self.engine, self.phase.name, self.global_step)
        self.epoch, self.step = self.epoch + 1, 0
        self.totals = Totals(self.engine.device)
        self._stop_early(record)
        early = self.stop_reason is not None
        self._tell("on_epoch_end", record)
        if self._anywhere(self.stop_reason is not None) and self.stop_reason is None:
            self.stop_reason = _("The first process ended it.")  # by a callback, which the others have not
        if self.stop_reason is not None and not early and "statistics" not in record:  # a callback ends the phase here
            record |= self._settle_statistics()
        if self.lead:
            self.store.append_metrics(record)
            self.store.append_steps(stretches)
        if self.epoch == self.train.epochs or self.stop_reason or self._checkpoint_due():
            self.checkpoint()
        self._obey()

    def _stop_early(self, record: dict[str, Any]) -> None:
        reason = self.early_stopping.observe(record, self.engine.evaluated)
        if reason is None:
            return
        self.stop_reason = reason
        best = self.early_stopping.weights_to_restore
        if best is not None:
            self.engine.set_weights(best)
        if best is None and "statistics" in record:  # it was the last epoch, and these are its weights
            return
        settled = self._settle_statistics()
        if best is None:  # else the record is of this epoch's weights, and those that are kept are others
            record |= settled

    def _settle_statistics(self) -> dict[str, Any]:
        """At the end of a phase: batch norms' running statistics anew where they lag, and what is measured then.

        ``run.json`` keeps why, over how many images, and what was measured before and after; nothing where none lags.
        """
        live, networks = (self.phase_data.view(n) for n in (self.engine.networks, self.engine.evaluated))
        steps = self.epoch * self.batches.steps + self.step
        before = {name: buffer.clone() for name, buffer in self.engine.evaluated.named_buffers()}
        found = settle(self.family, live, networks, self.phase_data, self.compared, steps, self.train, self.engine)
        if found is not None:
            after = dict(self.engine.evaluated.named_buffers())
            self.counted = {name: buffer for name, buffer in before.items() if not buffer.equal(after[name])}
        if self.lead:
            known = self.store.info().get("statistics", {})
            told = {name: facts for name, facts in known.items() if name != self.phase.name}
            told |= {} if found is None else {self.phase.name: found.facts}
            if told != known:
                self.store.update_info(statistics=told)
        return {} if found is None else found.record

    def _step(self, batch: Batch, rng: StepRng, weight: float) -> float:
        whole = self.epoch + self.step / self.batches.steps
        scale = self.engine.begin_step(self.epoch * self.batches.steps + self.step, whole, weight)
        done = torch.full((), whole / self.train.epochs, device=self.engine.device)
        progress = Progress(self.phase.name, self.epoch, self.step, done)
        where = (self.epoch, self.step, self.engine.process.rank)
        with self.rng.ambient("foreign", *where, device=self.engine.device):  # modules that know no key
            losses = self.family.step(self.engine, self.phase_data.view(self.networks), batch, rng, progress)
        self.engine.end_step()
        self.totals.add(losses, len(batch) if weight else 0.0, self.global_step)
        self.step, self.global_step = self.step + 1, self.global_step + 1
        self.stretches.mark(self.step, self.batches.steps, self.totals)
        self._tell("on_step", self._samples_before(self.step) - self._samples_before(self.step - 1))
        return scale

    def _samples_before(self, step: int) -> int:
        """Samples of the epoch shown before ``step``, over all processes."""
        return min(step * self.batches.batch_size, self.batches.samples_per_epoch)

    def _look_around(self) -> None:
        """Between two steps: losses, requests to stop, and whether a checkpoint is due."""
        if self.global_step % _LOOK_EVERY == 0:
            self._check_finite()
        if self.step == self.batches.steps:
            return
        self._obey()
        if self.engine.process.world == 1 and self._checkpoint_due():
            self.checkpoint()

    def _checkpoint_due(self) -> bool:
        return time.monotonic() - self._saved_at >= 60 * self.train.checkpoint_minutes

    def _obey(self) -> None:
        if self._anywhere(self.request.asked):
            self.checkpoint()
            raise Interrupted(_("Interrupted; go on with: {command}").format(command=self.store.how_to_resume))

    def _anywhere(self, here: bool) -> bool:
        """Whether it is so in one of the processes."""
        if self.engine.process.world == 1:
            return here
        return float(self.engine.sum_over_processes(torch.tensor(float(here), device=self.engine.device))) > 0

    def _check_finite(self) -> None:
        bad = self.totals.first_not_finite()
        if self._anywhere(bad is not None):
            term, step = bad or ("loss", self.global_step)
            if self.lead:
                self.store.update_info(
                    failure={"term": term, "global_step": step, "epoch": self.epoch + 1, "phase": self.phase.name}
                )
            message = _(
                "The term {term} was no longer finite at step {step} (epoch {epoch}); the last good "
                "checkpoint is kept. Try a lower rate: --set train.optimiser.learning_rate={rate:g}"
            )
            rate = self.train.optimiser.learning_rate / 10
            told = message.format(term=term, step=step, epoch=self.epoch + 1, rate=rate)
            raise DivergedError(f"{told} ({self.recipe.fragility})" if self.recipe.fragility else told)

    def _record(self, scale: float, first: int, seconds: float, measured: Mapping[str, Any]) -> dict[str, Any]:
        """One line of ``metrics.jsonl``; the speed is that of the steps alone."""
        shown = self._samples_before(self.step) - self._samples_before(first)
        means = self.totals.means(self.engine)
        means |= self.family.training_metrics(self.totals.statistics(self.engine))
        record: dict[str, Any] = {"phase": self.phase.name, "epoch": self.epoch + 1, "step": self.global_step}
        record |= {f"train/{name}": value for name, value in means.items()} | dict(measured)
        rates = {
            f"learning_rate/{name}" if len(self.engine.rates) > 1 else "learning_rate": rate * scale
            for name, rate in self.engine.rates.items()
        }
        return {**record, **rates, "seconds": seconds, "images_per_second": shown / max(seconds, 1e-9)}

    def _measured(self) -> dict[str, Any]:
        """What the weights are worth at the end of an epoch, where that is due."""
        last = self.epoch + 1 == self.train.epochs
        found = self._settle_statistics() if last else {}
        if found or not (last or (self.epoch + 1) % self.train.evaluate_every == 0):
            return found
        networks = self.phase_data.view(self.engine.evaluated)
        return measure(self.family, networks, self.phase_data, self.compared, self.engine)

    def _tell(self, event: str, *what: object) -> None:
        for callback in self.callbacks:
            getattr(callback, event)(self, *what)

    # -- checkpoints ----------------------------------------------------------------------------------------------

    def state_dict(self) -> dict[str, Any]:
        """Everything that a resume needs."""
        return {
            "phase": self.phase_number,
            "epoch": self.epoch,
            "step": self.step,
            "global_step": self.global_step,
            "stop_reason": self.stop_reason,
            "counted": self.counted,
            "metrics_offset": self.store.metrics_offset(),
            "steps_offset": self.store.steps_offset(),
            "totals": self.totals.state_dict(),
            "stretches": self.stretches.state_dict(),
            "engine": self.engine.state_dict(),
            "early_stopping": self.early_stopping.state_dict(),
            "callbacks": [[type(c).__name__, c.state_dict()] for c in self.callbacks],
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Puts the loop where ``state_dict`` left it; the files of records are cut by the caller."""
        self._enter(state["phase"])
        self.epoch, self.step, self.global_step = state["epoch"], state["step"], state["global_step"]
        self.stop_reason, self.counted = state["stop_reason"], state.get("counted", {})
        self.totals.load_state_dict(state["totals"])
        self.stretches.load_state_dict(state.get("stretches", {}))
        self.engine.load_state_dict(state["engine"])
        self.early_stopping.load_state_dict(_early_stopping_of(state))
        for callback, own in zip(self.callbacks, states_for(self.callbacks, state["callbacks"]), strict=True):
            if own is not None:
                callback.load_state_dict(own)
        self._resumed = True

    def checkpoint(self) -> None:
        """Writes the state after the last step.

        Raises:
            DivergedError: a term is no longer finite, so this state is not worth keeping.
        """
        self._check_finite()
        if self.lead:
            self.store.write_checkpoint(f"{self.global_step:09d}", self.state_dict())
        self._saved_at = time.monotonic()


def _early_stopping_of(state: Mapping[str, Any]) -> Mapping[str, Any]:
    """Version 0.1 kept it among the callbacks."""
    found: Mapping[str, Any] = state.get("early_stopping") or state["callbacks"]["EarlyStopping"]
    return found
