"""A member of a population: its recipe, what is kept of it in its store, and what becomes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from trasluz.errors import DivergedError
from trasluz.families import base as families
from trasluz.families.base import BaseFamily
from trasluz.messages import _
from trasluz.model.model import Model
from trasluz.networks.dropout import one_rate_again
from trasluz.training.callbacks.base import Callback
from trasluz.training.compared import compared_rows
from trasluz.training.derived import PhaseData
from trasluz.training.early_stopping import EarlyStopping
from trasluz.training.fit import write_status
from trasluz.training.phases import train_mode
from trasluz.training.population.engine import StackedEngine
from trasluz.training.population.seen import Seen
from trasluz.training.population.weights import StackedWeights
from trasluz.training.running_statistics import settle
from trasluz.training.start import Prepared
from trasluz.training.store import Store

Ended = Model | DivergedError


@dataclass(frozen=True)
class EpochEnd:
    """What an epoch's steps gave of one member: as ``Totals`` and ``Stretches`` say, and the factor on its rate."""

    means: dict[str, float]
    statistics: dict[str, Tensor]
    stretches: list[dict[str, Any]]
    scale: float


class Member:
    """One recipe of a population; ``result`` is there once it has ended, however it ended."""

    def __init__(self, number: int, prepared: Prepared, store: Store, callbacks: Sequence[Callback] = ()) -> None:
        self.number, self.prepared, self.store, self.callbacks = number, prepared, store, list(callbacks)
        ((phase, self.train),) = prepared.recipe.resolved_phases()
        self.phase = phase.name
        self.early_stopping = EarlyStopping(self.train.early_stopping)
        self.stop_reason: str | None = None
        self.settled = False
        self.result: Ended | None = None

    def begin(self, members: int) -> None:
        """Tells the store that it trains, and beside how many others."""
        self.store.cut_metrics(0)
        self.store.cut_steps(0)
        facts = {"recipe_hash": self.prepared.recipe.hash, "population": {"members": members, "number": self.number}}
        write_status(self.store, "running", 0.0, None, **facts)

    def record(
        self, end: EpochEnd, family: BaseFamily, evaluated: Mapping[str, Any], where: Mapping[str, int]
    ) -> dict[str, Any]:
        """One line of ``metrics.jsonl`` but for the time.

        ``evaluated`` has what was measured in evaluation, ``where`` the epoch and the step.
        """
        means = end.means | family.training_metrics(end.statistics)
        found: dict[str, Any] = {"phase": self.phase, **where}
        found |= {f"train/{name}": value for name, value in means.items()}
        return {**found, **evaluated, "learning_rate": self.train.optimiser.learning_rate * end.scale}

    def keep_epoch(
        self, record: dict[str, Any], stretches: list[dict[str, Any]], engine: StackedEngine, row: int, steps: int
    ) -> None:
        """Writes an epoch's records, and follows whether it is time to stop, after ``steps`` of training.

        ``row``: its row in the ``engine``'s weights.  Whoever stops has its final weights in its networks from now on.
        """
        own = None if self.settled else engine.evaluated
        self.stop_reason = self.early_stopping.observe(record, _Row(own, row, self.prepared))
        if self.stop_reason is not None:
            self._end_with(record, engine, row, steps)
        if self.callbacks:
            Seen(self, engine, row, steps).tell("on_epoch_end", record)
        self.store.append_metrics(record)
        self.store.append_steps(stretches)

    def _end_with(self, record: dict[str, Any], engine: StackedEngine, row: int, steps: int) -> None:
        best = self.early_stopping.weights_to_restore
        if best is not None:
            self.prepared.networks.load_state_dict(best)
            self.settle(engine, steps)
            return
        engine.evaluated.write(row, self.prepared.networks)
        if "statistics" not in record:  # else it was the last epoch, and these are its weights
            record |= self.settle(engine, steps)

    def settle(self, engine: StackedEngine, steps: int) -> dict[str, Any]:
        """Its networks' running statistics anew where they lag, as ``Loop`` does; what is measured then, if so.

        Its networks then are those that it ends with.
        """
        p = self.prepared
        train_mode(p.networks)
        where, compared = PhaseData(p.data, p.preprocess, p.recipe.data), compared_rows(p.data, self.train)
        found = settle(p.family, p.networks, p.networks, where, compared, steps, self.train, engine)
        if found is None:
            return {}
        self.store.update_info(statistics={self.phase: found.facts})
        self.settled = True
        return found.record

    def end_as(self, other: Member) -> None:
        """Has stopped where ``other`` did, of which it differs in nothing but the epochs that it might have trained."""
        self.stop_reason, self.early_stopping, self.settled = other.stop_reason, other.early_stopping, other.settled
        self.prepared.networks.load_state_dict(other.prepared.networks.state_dict())
        facts = other.store.info()
        if "statistics" in facts:
            self.store.update_info(statistics=facts["statistics"])

    def finish(self, weights: StackedWeights, row: int, seconds: float, status: str = "finished") -> None:
        """Ends with the ``weights`` at ``row``, or with those that it stopped with."""
        networks = self.prepared.networks
        if self.stop_reason is None and not self.settled:
            weights.write(row, networks)
        one_rate_again(networks)
        p = self.prepared
        # A family of its own: that of the engine is shared by those who trained beside it.
        family = families.create(p.recipe.model, p.data.spec)
        model = Model(family, networks, p.preprocess, p.data.spec, p.fabric.device)
        self._keep_best()
        self.store.write_model(p.recipe, model)
        size = sum(parameter.numel() for parameter in networks.parameters())
        write_status(self.store, status, seconds, self.stop_reason, parameters=size)
        self.result = model

    def diverge(self, term: str, step: int, epoch: int, seconds: float) -> DivergedError:
        """Ends because ``term`` was not finite at ``step``."""
        self._keep_best()
        failure = {"term": term, "global_step": step, "epoch": epoch, "phase": self.phase}
        write_status(self.store, "failed", seconds, None, failure=failure)
        message = _(
            "The term {term} of member {number} was no longer finite at step {step} (epoch {epoch}); the others went "
            "on. Try a lower rate: train.optimiser.learning_rate={rate:g}"
        )
        rate = self.train.optimiser.learning_rate / 10
        told = message.format(term=term, number=self.number, step=step, epoch=epoch, rate=rate)
        fragility = self.prepared.recipe.fragility
        self.result = DivergedError(f"{told} ({fragility})" if fragility else told)
        return self.result

    def _keep_best(self) -> None:
        best = self.early_stopping.checkpoint(self.phase)
        if best is not None:
            self.store.write_checkpoint("best", best)


class _Row:
    """A member's networks as early stopping asks for them: written out of the stack only then."""

    def __init__(self, weights: StackedWeights | None, row: int, prepared: Prepared) -> None:
        self._weights, self._row, self._networks = weights, row, prepared.networks

    def state_dict(self) -> dict[str, Tensor]:
        """Every weight by its name."""
        if self._weights is not None:
            self._weights.write(self._row, self._networks)
        return self._networks.state_dict()
