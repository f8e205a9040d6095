"""The validation inside training: sums over the split in inference mode, at a large batch, shared over processes."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol

import numpy as np
import torch
from torch import Tensor, nn

from trasluz.data.data import Data
from trasluz.data.feed.batches import Process, evaluation_batches
from trasluz.data.feed.preprocess import Preprocess
from trasluz.families.base import BaseFamily
from trasluz.model.evaluation_mode import batch_size_for, evaluation_mode


class Computes(Protocol):
    """What is asked of the engine of a phase: where and how it computes, and sums over its processes."""

    @property
    def device(self) -> torch.device:
        """Where the networks are."""

    @property
    def process(self) -> Process:
        """Which of the processes this is."""

    def forward(self) -> AbstractContextManager[None]:
        """Precision for a forward pass."""

    def sum_over_processes(self, values: Tensor) -> Tensor:
        """The sum of ``values``, which may be changed in place, over all processes."""


def validate(
    family: BaseFamily, networks: nn.ModuleDict, data: Data, rows: np.ndarray, preprocess: Preprocess, engine: Computes
) -> dict[str, float]:
    """The family's metrics over ``rows``; leaves the networks in the mode in which it found them."""
    shared = len(rows) >= engine.process.world  # else every process looks at all rows, and nothing is added up
    own = rows[engine.process.rank :: engine.process.world] if shared else rows
    with evaluation_mode(networks, engine.device):
        sums = _sums(family, networks, data, own, preprocess, engine)
        if shared:
            sums = {name: engine.sum_over_processes(value) for name, value in sorted(sums.items())}
        return family.metrics(sums, networks)


def _sums(
    family: BaseFamily, networks: nn.ModuleDict, data: Data, rows: np.ndarray, preprocess: Preprocess, engine: Computes
) -> dict[str, Tensor]:
    wide = torch.float32 if engine.device.type == "mps" else torch.float64
    sums: dict[str, Tensor] = {}
    for batch, rng in evaluation_batches(data, rows, batch_size_for(data.samples), preprocess, engine.device):
        with engine.forward():
            found = family.evaluate(networks, batch, rng)
        for name, value in found.items():
            sums[name] = sums[name] + value.to(wide) if name in sums else value.to(wide)
    return sums
