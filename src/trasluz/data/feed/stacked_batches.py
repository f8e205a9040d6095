"""Batches of k members that train side by side, each in an order of its own: ``[k, n, …]``; or one for all: ``[n, …]``.

Members whose draws are the same, or that see all samples at once, have the same batch: then it is made once, and the
first layer of all networks is one multiplication.
"""

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

    ``batches`` says of which data, and how many at a time: for all members, or one for each, which draw as many samples
    in as many steps; members of equal data share theirs.  ``draws`` has the randomness of each member.
    """

    def __init__(self, batches: TrainBatches | Sequence[TrainBatches], draws: Sequence[Rng]) -> None:
        self._views = [batches] * len(draws) if isinstance(batches, TrainBatches) else list(batches)
        self._draws = list(draws)
        first = self._views[0]
        self.steps, self.batch_size = first.steps, first.batch_size
        self.samples_per_epoch = first.samples_per_epoch  # of each member
        self._kept: tuple[Batch, torch.Tensor] | None = None

    @property
    def shared(self) -> bool:
        """Whether all members see the same batch, which then has no axis for them."""
        first, draw = self._views[0], self._draws[0]
        if any(view is not first for view in self._views):
            return False
        return all(other.key == draw.key for other in self._draws) or (first.whole and first.fixed)

    def keep(self, members: Sequence[int]) -> None:
        """Goes on with these members alone."""
        self._views = [self._views[i] for i in members]
        self._draws = [self._draws[i] for i in members]
        self._kept = None

    def epoch(self, epoch: int, first_step: int = 0) -> Iterator[tuple[Batch, StepRng]]:
        """Every step's batch from ``first_step`` on, each of its tensors ``[k, n, …]`` unless it is ``shared``, and its
        draws, whose key is ``[k]``."""
        together = Rng.stack(self._draws)
        if all(view.whole and view.fixed for view in self._views):
            batch, positions = self._all()
            yield batch, self._on(together, positions).at(epoch, 0, positions)
            return
        members = [view.with_draws(rng) for view, rng in zip(self._views, self._draws, strict=True)]
        members = members[:1] if self.shared else members
        orders = [member.order(epoch) for member in members]
        for step in range(first_step, self.steps):
            start = step * self.batch_size
            rows = [order[start : start + self.batch_size] for order in orders]
            batch, positions = self._batch(rows, epoch, step, start)
            yield batch, self._on(together, positions).at(epoch, step, positions)

    def _all(self) -> tuple[Batch, torch.Tensor]:
        """The one batch of all samples, which is the same in every epoch, also where each member has rows of its own,
        as those of a fold."""
        if self._kept is None:
            views = self._views[:1] if self.shared else self._views
            self._kept = self._batch([view.rows for view in views], 0, 0, 0)
        return self._kept

    def _batch(self, rows: Sequence[np.ndarray], epoch: int, step: int, start: int) -> tuple[Batch, torch.Tensor]:
        """Of the ``rows`` of each member, those of equal data together; of one member for all where it is shared."""
        parts: list[tuple[list[int], Batch]] = []
        positions = torch.arange(0)
        for view in dict.fromkeys(self._views[: len(rows)]):
            members = [i for i in range(len(rows)) if self._views[i] is view]
            found = view.gather(np.concatenate([rows[i] for i in members]))
            positions = torch.arange(start, start + len(rows[0]), device=found.rows.device)
            rngs = [self._draws[i].at(epoch, step, positions) for i in members]
            parts.append((members, view.prepare(found, rngs)))
        if self.shared:
            return parts[0][1], positions
        return _in_order([(members, _stacked(batch, len(members))) for members, batch in parts]), positions

    @staticmethod
    def _on(rng: Rng, positions: torch.Tensor) -> Rng:
        return Rng(rng.key.to(positions.device)) if isinstance(rng.key, torch.Tensor) else rng


def _stacked(flat: Batch, count: int) -> Batch:
    """``[k · n, …]`` as ``[k, n, …]``, without a copy."""
    return dataclasses.replace(flat, **{name: v.view(count, -1, *v.shape[1:]) for name, v in _there(flat).items()})


def _in_order(parts: Sequence[tuple[list[int], Batch]]) -> Batch:
    """The members' batches ``[k, n, …]`` in the order of their numbers, which each part tells of its own."""
    if len(parts) == 1:
        return parts[0][1]
    where = torch.tensor([member for members, _batch in parts for member in members]).argsort()
    names = _there(parts[0][1])
    whole = {name: torch.cat([getattr(batch, name) for _members, batch in parts]) for name in names}
    return dataclasses.replace(parts[0][1], **{name: v[where.to(v.device)] for name, v in whole.items()})


def _there(batch: Batch) -> dict[str, torch.Tensor]:
    return {field.name: v for field in dataclasses.fields(batch) if (v := getattr(batch, field.name)) is not None}
