"""A member of a population as callbacks see a loop, so that it leaves the film and the grids of one that is alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

import torch
from torch import nn

from trasluz.data.data import Data
from trasluz.data.feed.preprocess import Preprocess
from trasluz.families.base import BaseFamily
from trasluz.recipe import PhaseSection, Recipe, TrainSection
from trasluz.training.store import Store

if TYPE_CHECKING:
    from trasluz.training.loop import Loop
    from trasluz.training.population.engine import StackedEngine
    from trasluz.training.population.member import Member


class Seen:
    """``member`` after ``global_step`` steps, whose weights stand at ``row`` of the ``engine``: what callbacks ask of a
    loop at the ends of epochs, and what they never change."""

    lead, phase_number = True, 0

    def __init__(self, member: Member, engine: StackedEngine, row: int, global_step: int) -> None:
        p = member.prepared
        self.recipe: Recipe = p.recipe
        self.data: Data = p.data
        self.preprocess: Preprocess = p.preprocess
        self.family: BaseFamily = p.family
        self.store: Store = member.store
        self.train: TrainSection = member.train
        self.phases: tuple[tuple[PhaseSection, TrainSection], ...] = p.recipe.resolved_phases()
        self.global_step, self.stop_reason = global_step, member.stop_reason
        self.engine = _OwnEngine(member, engine, row)

    def tell(self, event: str, *what: object) -> None:
        """Tells the member's callbacks of an ``event``."""
        for callback in self.engine.member.callbacks:
            getattr(callback, event)(cast("Loop", self), *what)


class _OwnEngine:
    """The engine as far as it is the member's own."""

    def __init__(self, member: Member, engine: StackedEngine, row: int) -> None:
        self.member, self._engine, self._row = member, engine, row
        self.device: torch.device = engine.device

    @property
    def evaluated(self) -> nn.ModuleDict:
        """The member's networks with the weights that evaluation uses now, or with those that it ended with."""
        if self.member.stop_reason is None and not self.member.settled:
            self._engine.evaluated.write(self._row, self.member.prepared.networks)
        return self.member.prepared.networks

    @contextmanager
    def forward(self) -> Iterator[None]:
        """Precision for a forward pass."""
        with self._engine.forward():
            yield
