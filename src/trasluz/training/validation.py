"""The validation inside training: sums over the split in inference mode, at a large batch, shared over processes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch
from torch import Tensor, nn

from trasluz.data.batches import evaluation_batches
from trasluz.data.data import Data
from trasluz.data.preprocess import Preprocess
from trasluz.draws import Draws
from trasluz.families.base import BaseFamily
from trasluz.training.engine import Engine

_VALUES = 4_000_000  # stored numbers per batch: about 5,000 images of 28×28, 60 of 150×150×3


def batch_size_for(samples: np.ndarray) -> int:
    """Samples per evaluation batch: large for small images, at least 16."""
    return int(np.clip(_VALUES // max(int(np.prod(samples.shape[1:])), 1), 16, 1024))


def validate(
    family: BaseFamily, networks: nn.ModuleDict, data: Data, rows: np.ndarray, preprocess: Preprocess, engine: Engine
) -> dict[str, float]:
    """The family's metrics over ``rows``; leaves the networks in the mode in which it found them."""
    shared = len(rows) >= engine.place.world  # else every process looks at all rows, and nothing is added up
    own = rows[engine.place.rank :: engine.place.world] if shared else rows
    with judging(networks, engine.device):
        sums = _sums(family, networks, data, own, preprocess, engine)
        if shared:
            sums = {name: engine.sum_over_processes(value) for name, value in sorted(sums.items())}
        return family.metrics(sums, networks)


@contextmanager
def judging(networks: nn.ModuleDict, device: torch.device) -> Iterator[None]:
    """Evaluation mode without gradients and with fixed global draws; every module's mode is put back afterwards."""
    modes = [(module, module.training) for module in networks.modules()]
    networks.eval()
    try:
        with torch.inference_mode(), Draws(0).ambient("evaluation", device=device):
            yield
    finally:
        for module, training in modes:
            module.training = training


def _sums(
    family: BaseFamily, networks: nn.ModuleDict, data: Data, rows: np.ndarray, preprocess: Preprocess, engine: Engine
) -> dict[str, Tensor]:
    wide = torch.float32 if engine.device.type == "mps" else torch.float64
    sums: dict[str, Tensor] = {}
    for batch, draws in evaluation_batches(data, rows, batch_size_for(data.samples), preprocess, engine.device):
        with engine.forward():
            found = family.evaluate(networks, batch, draws)
        for name, value in found.items():
            sums[name] = sums[name] + value.to(wide) if name in sums else value.to(wide)
    return sums
