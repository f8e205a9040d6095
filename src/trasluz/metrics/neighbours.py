"""Nearest neighbours among features: how far, and which. The ground of the metrics of samples.

Distances are Euclidean.  Candidates are those of scikit-learn's search through all pairs; the distance of each is
computed again from the differences, because |a|² + |b|² − 2ab loses the digits that tell a copy from a close relative.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Any

import numpy as np

from trasluz.library_threads import library_threads
from trasluz.messages import N_
from trasluz.metrics.described import Metric

METRICS = {
    "samples/nearest": Metric(N_("Median distance to the nearest training image"), "number", "neither", least=0.0)
}

_VALUES = 8_000_000  # differences held at once: 64 MB
_SPARE = 4  # candidates beyond those asked for, whose order rounding may have mistaken, or which are as near


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
    if not len(queries):
        return Neighbours(np.empty((0, k)), np.empty((0, k), np.int64))
    candidates = _candidates(queries, references, min(k + _SPARE, len(references)))
    step = max(_VALUES // (candidates.shape[1] * references.shape[1]), 1)
    starts = range(0, len(queries), step)
    parts = [_ordered(queries[i : i + step], references, candidates[i : i + step], k) for i in starts]
    return Neighbours(np.concatenate([p.distances for p in parts]), np.concatenate([p.indices for p in parts]))


def radii(features: np.ndarray, k: int) -> np.ndarray:
    """Distance of each row ``[n, d]`` to its ``k``-th nearest other row, float64 ``[n]``; copies of a row count.

    Raises:
        ValueError: there are not ``k`` others.
    """
    return nearest(features, features, k + 1).distances[:, k]


def _candidates(queries: np.ndarray, references: np.ndarray, count: int) -> np.ndarray:
    """The ``count`` nearest references of each query, up to rounding, int64 ``[n, count]``."""
    sklearn: Any = importlib.import_module("sklearn")  # it has no types
    neighbors: Any = importlib.import_module("sklearn.neighbors")

    # Of one type, or scikit-learn leaves its fused search for one that holds whole rows of distances.
    kind = np.result_type(queries, references, np.float32)
    # A broken network's NaN are to show in its distances, not to stop its page.
    with library_threads, sklearn.config_context(assume_finite=True):
        search = neighbors.NearestNeighbors(n_neighbors=count, algorithm="brute")
        search.fit(np.ascontiguousarray(references, kind))
        found = search.kneighbors(np.ascontiguousarray(queries, kind), return_distance=False)
    return np.asarray(found, np.int64)


def _ordered(queries: np.ndarray, references: np.ndarray, candidates: np.ndarray, k: int) -> Neighbours:
    """The first ``k`` of the candidates by their exact distance, and of equal ones by their number."""
    apart = np.linalg.norm(np.asarray(queries, np.float64)[:, None] - references[candidates], axis=2)
    order = np.lexsort((candidates, apart), axis=1)[:, :k]
    return Neighbours(np.take_along_axis(apart, order, 1), np.take_along_axis(candidates, order, 1))
