"""Nearest neighbours among features, in batches: how far, and which. The ground of the metrics of samples.

Distances are Euclidean.  Candidates come from one matrix product in float32; of those chosen the distance is
computed again in float64, because |a|² + |b|² − 2ab loses the digits that tell a copy from a close relative.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trasluz.messages import N_
from trasluz.metrics.described import Metric

METRICS = {"samples/nearest": Metric(N_("Median distance to the nearest training image"), "number", "neither")}

_VALUES = 16_000_000  # distances held at once: 64 MB
_SPARE = 4  # candidates beyond those asked for, whose order float32 may have mistaken


@dataclass(frozen=True)
class Neighbours:
    """Of each query the nearest references, nearest first: ``distances`` float64 and ``indices`` int64, ``[n, k]``."""

    distances: np.ndarray
    indices: np.ndarray


def nearest(queries: np.ndarray, references: np.ndarray, k: int = 1) -> Neighbours:
    """The ``k`` nearest rows of ``references`` ``[m, d]`` to each row of ``queries`` ``[n, d]``.

    Raises:
        ValueError: there are fewer than ``k`` references.
    """
    if not 1 <= k <= len(references):
        raise ValueError(f"there are {len(references)} references, so k must lie between 1 and that, not at {k}")
    centre = references.mean(0, dtype=np.float64)
    near = _Near(references, centre)
    step = max(_VALUES // len(references), 1)
    parts = [near.of(queries[start : start + step], k) for start in range(0, len(queries), step)]
    empty = Neighbours(np.empty((0, k)), np.empty((0, k), np.int64))
    parts = parts or [empty]
    return Neighbours(np.concatenate([p.distances for p in parts]), np.concatenate([p.indices for p in parts]))


def radii(features: np.ndarray, k: int) -> np.ndarray:
    """Distance of each row ``[n, d]`` to its ``k``-th nearest other row, float64 ``[n]``; copies of a row count.

    Raises:
        ValueError: there are not ``k`` others.
    """
    return nearest(features, features, k + 1).distances[:, k]


class _Near:
    """References made ready once, centred because a common offset only costs digits."""

    def __init__(self, references: np.ndarray, centre: np.ndarray) -> None:
        self._centre = centre
        self._exact = np.asarray(references, np.float64) - centre
        self._rough = self._exact.astype(np.float32)
        self._squares = (self._rough**2).sum(1)

    def of(self, queries: np.ndarray, k: int) -> Neighbours:
        exact = np.asarray(queries, np.float64) - self._centre
        rough = self._squares - 2 * (exact.astype(np.float32) @ self._rough.T)  # without |query|², the same for all
        wide = min(k + _SPARE, len(self._exact))
        candidates = np.argpartition(rough, wide - 1, axis=1)[:, :wide] if wide < len(self._exact) else _all(rough)
        apart = np.linalg.norm(exact[:, None] - self._exact[candidates], axis=2)
        order = np.lexsort((candidates, apart), axis=1)[:, :k]
        return Neighbours(np.take_along_axis(apart, order, 1), np.take_along_axis(candidates, order, 1))


def _all(rough: np.ndarray) -> np.ndarray:
    return np.broadcast_to(np.arange(rough.shape[1]), rough.shape)
