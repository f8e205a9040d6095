"""What a step of a population needs that is not the family's business: the engine of k members that train as one.

Losses of all members come from one call under ``vmap`` and their gradients from one backward pass, because the sum of
the members' losses has for each member the gradient of its own.  Rates, decay, clipping and the moving average are each
member's own.  One optimiser moves all, with each member's parameters in groups of its own numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from functools import partial
from itertools import accumulate, groupby
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from trasluz.data.data import Data
from trasluz.data.feed.batch import Batch
from trasluz.data.feed.batches import Process, evaluation_batches
from trasluz.data.feed.preprocess import Preprocess
from trasluz.families.base import BaseFamily, Losses, Progress
from trasluz.model.evaluation_mode import batch_size_for, evaluation_mode
from trasluz.networks.dropout import masks_from
from trasluz.recipe import TrainSection
from trasluz.rng import Rng, StepRng
from trasluz.training._fabric import Fabric
from trasluz.training.decay import decays
from trasluz.training.optimisers.base import Row, load_optimiser, make_optimiser_of_members
from trasluz.training.phases import rate_factors
from trasluz.training.population.weights import Asked, Named, StackedWeights, parts
from trasluz.training.schedules import factor

_FIELDS = tuple(field.name for field in fields(Batch))
_KEY, _CLASS_WEIGHTS = "key", "class_weights"


@dataclass(frozen=True)
class Segment:
    """Consecutive columns of the matrix of weights that share the factor on their rate and whether they decay."""

    start: int
    stop: int
    factor: float
    decays: bool


class StackedEngine:
    """Serves k members: ``networks``, ``trains`` and ``families`` have one for each.

    Members of equal settings may share a family.  ``networks`` stand in the mode and with the frozen parameters of the
    phase; the first are the skeleton that is filled with everybody's weights.  ``layout``: of a member's images alone.
    """

    def __init__(
        self,
        fabric: Fabric,
        networks: Sequence[nn.ModuleDict],
        trains: Sequence[TrainSection],
        families: Sequence[BaseFamily],
        layout: torch.memory_format,
    ) -> None:
        self.fabric, self.device, self.skeleton, self.process = fabric, fabric.device, networks[0], Process()
        self._layout = layout
        self._wide = torch.float32 if self.device.type == "mps" else torch.float64
        self.trains, self._member_families = list(trains), list(families)
        (self._update,) = (update.name for update in families[0].updates())
        self._asked = Asked(self.skeleton)
        self._segments, moving = _segments(self.skeleton, trains[0])
        self.weights = StackedWeights.of(networks, moving)
        self.averaged = self.weights.copy() if any(train.ema for train in trains) else None
        self._steps = 0
        self._gradients = torch.zeros_like(self.weights.flat)
        self._rows: list[list[Tensor]] = [[] for _train in trains]
        self._place_rows()
        rows = [
            [Row(values, s.factor, s.decays) for values, s in zip(own, self._segments, strict=True)]
            for own in self._rows
        ]
        self._optimiser = make_optimiser_of_members([train.optimiser for train in trains], rows)
        self._groups = [(group["member"], group) for group in self._optimiser.param_groups]
        self._settle()

    @property
    def evaluated(self) -> StackedWeights:
        """What evaluation and the final models use: the moving averages where there are any."""
        return self.weights if self.averaged is None else self.averaged

    @property
    def family(self) -> BaseFamily:
        """One of the families: they differ only in what terms weigh."""
        return self._families[0]

    def idle_terms(self, member: int) -> tuple[str, ...]:
        """What is recorded for ``member`` because others have it: the penalty, where its own family knows none."""
        return () if self._penalised[self._member_families[member]] else ("penalty",)

    # -- who is in it ----------------------------------------------------------------------------------------------

    def _settle(self) -> None:
        """What follows from who is in the population, worked out anew when somebody left."""
        self._families = list(dict.fromkeys(self._member_families))
        kinds = [self._families.index(family) for family in self._member_families]
        self._kinds = torch.tensor(kinds, device=self.device)
        self._members_of = [(self._kinds == kind).nonzero()[:, 0] for kind in range(len(self._families))]
        self._penalised = {f: f.penalty(self.skeleton, self._update) is not None for f in self._families}
        own = [family.class_weights for family in self._member_families]
        given = [weights for weights in own if weights is not None]
        differ = any(not weights.equal(given[0]) for weights in given)  # as those of folds, which have other labels
        self._class_weights = torch.stack(given) if differ else None
        clips = [train.clip if train.clip is not None else np.inf for train in self.trains]
        self._clip = torch.tensor(clips, device=self.device) if np.isfinite(clips).any() else None

    def _place_rows(self) -> None:
        """Points each member's rows, which the optimiser knows, at the matrices of weights and gradients."""
        self._places = self.weights.views(self._gradients)
        for member, own in enumerate(self._rows):
            for number, segment in enumerate(self._segments):
                values = self.weights.flat[member, segment.start : segment.stop].detach()
                if len(own) == number:
                    own.append(values)
                own[number].data = values
                own[number].grad = None  # else the new one would have to lie as the old one does
                own[number].grad = self._gradients[member, segment.start : segment.stop]

    def keep(self, members: Sequence[int]) -> None:
        """Goes on with these members alone; the others cost nothing any more."""
        chosen = torch.tensor(members, device=self.device)
        self.weights.keep(chosen)
        if self.averaged is not None:
            self.averaged.keep(chosen)
        self._gradients = self._gradients[chosen]
        for member in set(range(len(self._rows))) - set(members):
            for row in self._rows[member]:
                self._optimiser.state.pop(row, None)
        place = {member: i for i, member in enumerate(members)}
        self._groups = [(place[member], group) for member, group in self._groups if member in place]
        self._optimiser.param_groups[:] = [group for _member, group in self._groups]
        self._rows = [self._rows[member] for member in members]
        self.trains = [self.trains[member] for member in members]
        self._member_families = [self._member_families[member] for member in members]
        self._place_rows()
        self._settle()

    def state_dict(self) -> dict[str, Any]:
        """Everything that has state; what is of members in their order."""
        remembered = self._optimiser.state
        optimiser: list[list[dict[str, Any]]] = [[] for _train in self.trains]
        for member, group in self._groups:
            numbers = {name: value for name, value in group.items() if type(value) in (int, float)}
            kept = [dict(remembered.get(row, {})) for row in group["params"]]
            optimiser[member].append({"numbers": numbers, "remembered": kept})
        averaged = None if self.averaged is None else self.averaged.state_dict()
        return {
            "weights": self.weights.state_dict(),
            "averaged": averaged,
            "steps": self._steps,
            "optimiser": optimiser,
        }

    def load_state_dict(self, state: Mapping[str, Any], rows: Sequence[int]) -> None:
        """Puts the members where ``state_dict`` left those at ``rows``, in this order."""
        chosen = torch.tensor(rows)
        self.weights.load_state_dict(state["weights"], chosen)
        if self.averaged is not None:
            self.averaged.load_state_dict(state["averaged"], chosen)
        self._steps = state["steps"]
        left = [list(state["optimiser"][row]) for row in rows]
        whole = self._optimiser.state_dict()
        for (member, _group), own in zip(self._groups, whole["param_groups"], strict=True):
            kept = left[member].pop(0)
            own.update({name: value for name, value in kept["numbers"].items() if name != "member"})
            for number, remembered in zip(own["params"], kept["remembered"], strict=True):
                if remembered:
                    whole["state"][number] = remembered
        load_optimiser(self._optimiser, whole)
        members = [member for member, _group in self._groups]
        self._groups = list(zip(members, self._optimiser.param_groups, strict=True))  # loading made new ones

    # -- a step ------------------------------------------------------------------------------------------------------

    @contextmanager
    def forward(self) -> Iterator[None]:
        """Precision for a forward pass."""
        with self.fabric.autocast():
            yield

    def sum_over_processes(self, values: Tensor) -> Tensor:
        """The sum over all processes, of which there is one."""
        return values

    def step(self, batch: Batch, rng: StepRng, progress: Progress, shared: bool = False) -> Losses:
        """One step of every member on its part of ``batch`` ``[k, n, …]``: what to record, each number ``[k]``.

        A ``shared`` batch ``[n, …]`` is everybody's.
        """
        with self.forward():
            losses = self.losses(batch, rng, progress, shared)
            loss, shown = self._total(losses, progress)
        gradients = torch.autograd.grad(loss.sum(), list(self.weights.moving.values()))
        for place, gradient in zip(self._places, gradients, strict=True):
            place.copy_(gradient)
        self._clip_rows()
        self._optimiser.step()
        self._follow()
        return shown.share(1.0)

    def idle(self, batch: Batch, rng: StepRng, progress: Progress, shared: bool = False) -> list[str]:
        """The parameters that no term's gradient reaches, which an optimiser would leave alone; moves nothing."""
        with self.forward():
            loss, _shown = self._total(self.losses(batch, rng, progress, shared), progress)
        moving = self.weights.moving
        found = torch.autograd.grad(loss.sum(), list(moving.values()), allow_unused=True)
        return [name for name, gradient in zip(moving, found, strict=True) if gradient is None]

    def begin_step(self, epoch: float) -> list[float]:
        """Sets everybody's rates at ``epoch`` (a real number) of the phase; the factor in force of each member."""
        scales = [factor(train.schedule, epoch, train.epochs) for train in self.trains]
        for member, group in self._groups:
            group["lr"] = group["rate"] * scales[member]
        return scales

    def losses(self, batch: Batch, rng: StepRng, progress: Progress, shared: bool = False) -> Losses:
        """What the family says of each member's part of ``batch``, with ``[k]`` before every shape.

        A ``shared`` batch goes to all as it is, so that what comes first is one multiplication for all members.
        """
        family, update = self.family, self._update
        there = {name: value for name in _FIELDS if (value := getattr(batch, name)) is not None}
        for_all, given = (there, {}) if shared else ({}, there)
        if self._class_weights is not None:
            given = {**given, _CLASS_WEIGHTS: self._class_weights}
        assert isinstance(rng.rng.key, Tensor), "the draws of several members are stacked"

        def one(networks: nn.ModuleDict, part: Named) -> Named:
            own = replace(rng, rng=Rng(part[_KEY]))
            seen = Batch(**{name: part.get(name, for_all.get(name)) for name in _FIELDS})  # type: ignore[arg-type]  # what it needs is there
            asked = family if _CLASS_WEIGHTS not in part else _weighing(family, part[_CLASS_WEIGHTS])
            with masks_from(partial(own.of_step, f"masks/{update}"), self._layout):
                return _flat(asked.losses(networks, seen, own, progress, update))

        named = self.weights.named
        return _unflat(self._asked.together(named, one, {**given, _KEY: rng.rng.key}))

    def _total(self, losses: Losses, progress: Progress) -> tuple[Tensor, Losses]:
        """``BaseFamily.total`` of each member: the numbers to minimise ``[k]``, and what to record."""
        weights = [family.term_weights(self._update, progress) for family in self._families]
        loss = torch.zeros(len(self.trains), device=self.device)
        for name, term in losses.terms.items():
            loss = loss + term * self._of_members([own.get(name, 1.0) for own in weights])
        loss = loss * self._of_members([family.scale(self._update) for family in self._families])
        recorded = dict(losses.terms)
        penalty = self._penalty()
        if penalty is not None:
            loss, recorded["penalty"] = loss + penalty, penalty
        return loss, replace(losses, terms={**recorded, "loss": loss})

    def _of_members(self, values: Sequence[float | Tensor]) -> float | Tensor:
        """A number for each family as one for each member, ``[k]`` where they differ."""
        if len(values) == 1:
            return values[0]
        return torch.stack([torch.as_tensor(v, dtype=torch.float32, device=self.device) for v in values])[self._kinds]

    def _penalty(self) -> Tensor | None:
        """The penalty of each member by its own family's factors; ``None`` where nobody has any."""
        found: Tensor | None = None
        for family, members in zip(self._families, self._members_of, strict=True):
            if not self._penalised[family]:
                continue
            own = self.weights.named
            if len(self._families) > 1:
                own = {name: values[members] for name, values in own.items()}
            values = self._asked.together(own, partial(_penalty_of, family, self._update), {})["penalty"]
            if len(self._families) == 1:
                return values
            found = values.new_zeros(len(self.trains)) if found is None else found
            found = found.index_copy(0, members, values)
        return found

    @torch.no_grad()
    def _clip_rows(self) -> None:
        """Scales down the gradient of each member whose norm is above its own limit, as ``clip_grad_norm_`` does."""
        if self._clip is None:
            return
        norms = torch.linalg.vector_norm(self._gradients, dim=1)
        shrink = (self._clip / (norms + 1e-6)).clamp(max=1.0)
        self._gradients.mul_(torch.where(self._clip.isinf(), 1.0, shrink).unsqueeze(1))

    def _follow(self) -> None:
        """Moves the averages of the weights, as ``Engine.end_step``; those of members without one are the weights."""
        self._steps += 1
        if self.averaged is not None:
            early = (1 + self._steps) / (10 + self._steps)
            decay = torch.tensor([min(train.ema or 0.0, early) for train in self.trains], device=self.device)
            self.averaged.follow(self.weights, decay)

    # -- evaluation --------------------------------------------------------------------------------------------------

    def validate(
        self, data: Data, rows: np.ndarray, preprocess: Preprocess, members: Sequence[int] | None = None
    ) -> list[dict[str, float]]:
        """The metrics over ``rows`` of each of ``members``, all by default, by its own family."""
        chosen = range(len(self.trains)) if members is None else members
        weights, count, own_families = self.evaluated, len(chosen), [self._member_families[i] for i in chosen]
        named = weights.named
        if count < len(self.trains):
            places = torch.tensor(chosen, device=self.device)
            named = {name: values.detach()[places] for name, values in named.items()}
        sums: Named = {}
        with evaluation_mode(self.skeleton, self.device):
            size = batch_size_for(data.samples, count)
            for batch, rng in evaluation_batches(data, rows, size, preprocess, self.device):
                with self.forward():
                    found = self._asked.together(named, partial(_sums_of, own_families[0], batch, rng), {})
                wide = {name: value.to(self._wide) for name, value in found.items()}
                sums = {name: sums[name] + value for name, value in wide.items()} if sums else wide
            return [
                self._asked.alone(weights.of_member(member), partial(family.metrics, own))
                for member, family, own in zip(chosen, own_families, parts(dict(sorted(sums.items()))), strict=True)
            ]


def _segments(networks: nn.ModuleDict, train: TrainSection) -> tuple[list[Segment], list[str]]:
    """The parameters that move, those of one factor and one answer about decay side by side."""
    factors, decaying = rate_factors(networks, train.learning_rate_factors), decays(networks)
    kinds = {
        name: (factors.get(parameter, 1.0), name in decaying)
        for name, parameter in networks.named_parameters()
        if parameter.requires_grad
    }
    names = sorted(kinds, key=kinds.__getitem__, reverse=True)
    sizes = [sum(networks.get_parameter(name).numel() for name in own) for _kind, own in groupby(names, kinds.get)]
    starts = accumulate(sizes, initial=0)
    ordered = dict.fromkeys(kinds[name] for name in names)
    return [Segment(a, a + size, *kind) for a, size, kind in zip(starts, sizes, ordered, strict=False)], names


def _weighing(family: BaseFamily, class_weights: Tensor) -> BaseFamily:
    """The family with other weights of classes."""
    return type(family)(family.config, family.spec, class_weights)


def _penalty_of(family: BaseFamily, update: str, networks: nn.ModuleDict, _given: Named) -> Named:
    penalty = family.penalty(networks, update)
    assert penalty is not None, "the skeleton has one"
    return {"penalty": penalty}


def _sums_of(family: BaseFamily, batch: Batch, rng: StepRng, networks: nn.ModuleDict, _given: Named) -> Named:
    return family.evaluate(networks, batch, rng)


_KINDS = ("terms", "watched", "statistics")


def _flat(losses: Losses) -> Named:
    """``vmap`` knows dictionaries of tensors only."""
    return {f"{kind}/{name}": value for kind in _KINDS for name, value in getattr(losses, kind).items()}


def _unflat(named: Named) -> Losses:
    def of(kind: str) -> Mapping[str, Tensor]:
        return {n.removeprefix(f"{kind}/"): v for n, v in named.items() if n.startswith(f"{kind}/")}

    return Losses(*(of(kind) for kind in _KINDS))
