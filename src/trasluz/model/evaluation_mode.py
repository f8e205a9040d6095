"""How a model is computed when it is used instead of trained: evaluation mode, fixed draws, large batches."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch
from torch import nn

from trasluz.rng import Rng

_VALUES = 4_000_000  # stored numbers per batch: about 5,000 images of 28×28, 60 of 150×150×3


def batch_size_for(samples: np.ndarray, members: int = 1) -> int:
    """Samples per evaluation batch, which as many ``members`` see at once: large for small images, at least 16."""
    return int(np.clip(_VALUES // max(int(np.prod(samples.shape[1:])) * members, 1), 16, 1024))


@contextmanager
def evaluation_mode(networks: nn.ModuleDict, device: torch.device) -> Iterator[None]:
    """Evaluation mode without gradients and with fixed global draws; every module's mode is put back afterwards."""
    modes = [(module, module.training) for module in networks.modules()]
    networks.eval()
    try:
        with torch.inference_mode(), Rng(0).ambient("evaluation", device=device):
            yield
    finally:
        for module, training in modes:
            module.training = training
