"""Batches of k members that train side by side on the same data, each in an order of its own: ``[k, n, …]``."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence

import numpy as np
import torch

from trasluz.data.feed.batch import Batch
from trasluz.data.feed.batches import TrainBatches
from trasluz.rng import Rng, StepRng


class StackedBatches:
    """The batches that each member draws alone, gathered and prepared in one go.

    ``batches`` says of which data, and how many at a time; ``draws`` has the randomness of each member.
    """

    def __init__(self, batches: TrainBatches, draws: Sequence[Rng]) -> None:
        self._batches = batches
        self._members = [batches.with_draws(rng) for rng in draws]
        self._draws = list(draws)
        self.steps, self.batch_size = batches.steps, batches.batch_size
        self.samples_per_epoch = batches.samples_per_epoch  # of each member

    def keep(self, members: Sequence[int]) -> None:
        """Goes on with these members alone."""
        self._members = [self._members[i] for i in members]
        self._draws = [self._draws[i] for i in members]

    def epoch(self, epoch: int) -> Iterator[tuple[Batch, StepRng]]:
        """Every step's batch, each of its tensors ``[k, n, …]``, and its draws, whose key is ``[k]``."""
        orders = np.stack([member.order(epoch) for member in self._members])
        together = Rng.stack(self._draws)
        for step in range(self.steps):
            start = step * self.batch_size
            rows = orders[:, start : start + self.batch_size]
            found = self._batches.gather(rows.reshape(-1))
            positions = torch.arange(start, start + rows.shape[1], device=found.rows.device)
            rngs = [rng.at(epoch, step, positions) for rng in self._draws]
            flat = self._batches.prepare(found, rngs)
            yield _stacked(flat, len(rngs)), self._on(together, positions).at(epoch, step, positions)

    @staticmethod
    def _on(rng: Rng, positions: torch.Tensor) -> Rng:
        return Rng(rng.key.to(positions.device)) if isinstance(rng.key, torch.Tensor) else rng


def _stacked(flat: Batch, count: int) -> Batch:
    """``[k · n, …]`` as ``[k, n, …]``, without a copy."""
    there = {field.name: v for field in dataclasses.fields(flat) if (v := getattr(flat, field.name)) is not None}
    return dataclasses.replace(flat, **{name: values.unflatten(0, (count, -1)) for name, values in there.items()})
