"""Codes of a batch: the posterior of each sample, and one draw from it."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True)
class Codes:
    """``mean``, ``log_variance`` and ``latents`` (one draw) float32 ``[n, d]``; ``weights`` of samples ``[n]``."""

    mean: Tensor
    log_variance: Tensor
    latents: Tensor
    weights: Tensor | None = None

    def __len__(self) -> int:
        return len(self.latents)
