"""Shown: the images that a look is shown, with what is known of them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from trasluz.data.data import Data
from trasluz.rng import Rng


@dataclass(frozen=True)
class Shown:
    """``samples`` as stored (images ``[n, h, w, c]``); ``labels`` int64 ``[n]`` (−1: unknown) or bool
    ``[n, classes]``; ``rows`` int64 ``[n]`` of the data, or −1 for images from elsewhere; ``names`` of files, or
    row numbers as text; ``groups`` int64 ``[n]``, empty where each is by itself."""

    samples: np.ndarray
    labels: np.ndarray
    rows: np.ndarray
    names: tuple[str, ...]
    groups: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))

    def __len__(self) -> int:
        return len(self.samples)

    def only(self, indices: np.ndarray | slice) -> Shown:
        """Those at ``indices``, in that order."""
        names = tuple(np.array(self.names, object)[indices].tolist())
        groups = self.groups[indices] if len(self.groups) else self.groups
        return Shown(self.samples[indices], self.labels[indices], self.rows[indices], names, groups)


def from_rows(data: Data, rows: np.ndarray) -> Shown:
    """Rows of data, with their labels and groups."""
    labels = np.full(len(rows), -1, np.int64) if data.labels is None else np.asarray(data.labels[rows])
    names = tuple(data.files[row] for row in rows) if data.files else tuple(str(row) for row in rows)
    groups = np.zeros(0, np.int64) if data.groups is None else data.groups[rows]
    return Shown(np.asarray(data.samples[rows]), labels, np.asarray(rows, np.int64), names, groups)


def from_samples(samples: np.ndarray, names: tuple[str, ...]) -> Shown:
    """Images from elsewhere, prepared as the training images are stored."""
    unknown = np.full(len(samples), -1, np.int64)
    return Shown(samples, unknown, unknown, names)


def drawn(rows: np.ndarray, most: int, purpose: str) -> np.ndarray:
    """At most ``most`` of ``rows`` ``[n]``, sorted; where there are more, drawn at random, always the same ones for a
    ``purpose``."""
    order = Rng(0).permutation(purpose, 0, len(rows))[:most].numpy()
    return np.sort(rows[order])


def few_of_each_class(data: Data, rows: np.ndarray, count: int) -> np.ndarray:
    """At most ``count`` of ``rows``, the classes in turns (first one of each, then the second of each, …).

    Without single labels the first ``count`` of ``rows``.  Sorted by class, then as they came.
    """
    if data.labels is None or data.labels.ndim != 1:
        return np.asarray(rows[:count])
    labels = np.asarray(data.labels[rows])
    turn = np.zeros(len(rows), np.int64)
    for label in np.unique(labels):
        of_class = labels == label
        turn[of_class] = np.arange(of_class.sum())
    order = np.lexsort((labels, turn))[:count]
    return np.asarray(rows[order[np.argsort(labels[order], kind="stable")]])
