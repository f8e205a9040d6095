"""Shares of images whose class a code tells, and how crowded it is: measured on the codes, not on a picture of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trasluz.metrics.clustered import hits_interval
from trasluz.metrics.neighbours import nearest
from trasluz.rng import Rng

K = 5
_MOST_NEIGHBOURS = 10_000  # images among which neighbours are sought: about 3 s on two cores


@dataclass(frozen=True)
class Accuracy:
    """``value``, the share of ``count`` images whose class was found, with its 95 % interval (Wilson 1927; by
    groups where the data have some).

    ``chance``: what always naming the most frequent class would reach on the same images.
    """

    value: float
    low: float
    high: float
    count: int
    chance: float


def majority(votes: np.ndarray) -> np.ndarray:
    """The class that most of ``votes`` int64 ``[n, k]`` name, the smaller number in a tie: ``[n]``."""
    counts = np.zeros((len(votes), int(votes.max()) + 1), np.int32)
    for column in votes.T:
        counts[np.arange(len(votes)), column] += 1
    return np.asarray(counts.argmax(1))


def density(codes: np.ndarray, placed: np.ndarray | None = None, k: int = K) -> np.ndarray:
    """Minus the natural logarithm of the mean distance to the ``k`` nearest codes, float32 ``[n + m]``.

    ``placed`` ``[m, d]``: other codes, among which none is sought.  Codes that lie on ``k`` others get the largest
    density of the rest.  Beyond 10,000 codes the nearest are sought among 10,000 of them.
    """
    within = min(k, len(codes) - 1)
    if within < 1:
        return np.zeros(len(codes) + (0 if placed is None else len(placed)), np.float32)
    base = _spread(np.arange(len(codes)), _MOST_NEIGHBOURS)
    own = nearest(codes, codes[base], within + 1)
    itself = base[own.indices] == np.arange(len(codes))[:, None]
    itself[~itself.any(1), -1] = True  # not among them, or not near enough to be found among copies
    apart = own.distances[~itself].reshape(len(codes), within).mean(1)
    if placed is not None and len(placed):
        apart = np.concatenate([apart, nearest(placed, codes[base], within).distances.mean(1)])
    smallest = apart[apart > 0].min() if (apart > 0).any() else 1.0
    return np.asarray(-np.log(np.maximum(apart, smallest)), np.float32)


def _spread(indices: np.ndarray, most: int) -> np.ndarray:
    """At most ``most`` of ``indices``, drawn with a fixed seed, in order."""
    if len(indices) <= most:
        return indices
    return np.sort(indices[Rng(0).permutation("separation", 0, len(indices))[:most].numpy()])


def accuracy(right: np.ndarray, labels: np.ndarray, groups: np.ndarray | None = None) -> Accuracy:
    """Of ``right`` bool ``[n]``, n ≥ 1, for images of the classes ``labels``, in ``groups`` int64 ``[n]`` if any."""
    low, high = hits_interval(right, groups)
    chance = float(np.bincount(labels).max()) / len(labels)
    return Accuracy(float(right.mean()), low, high, len(right), chance)
