"""Samples that two runs have in common, known by their content, whatever order, size or folder each read them in.

A difference of two runs means something on samples that both were judged on and that neither was trained on: on others
what differs may be the samples, or that one of the runs knows them by heart.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

FEWEST = 30  # samples from which a difference is taken: among fewer, one image is three points and more


@dataclass(frozen=True)
class Judged:
    """``samples``: identities int64 ``[n]`` of what a run was judged on, in the order of its records; ``trained``:
    those that its weights were trained on, ascending."""

    samples: np.ndarray
    trained: np.ndarray


def untrained_pairs(own: Judged, reference: Judged) -> tuple[np.ndarray, np.ndarray]:
    """Positions int64 ``[m]`` in ``own`` and in ``reference`` of the samples that both were judged on and neither was
    trained on, in the order of ``reference``.  Of samples that are equal the first goes with the first."""
    _values, number = np.unique(np.concatenate([own.samples, reference.samples]), return_inverse=True)
    number = number.reshape(-1)
    mine, theirs = number[: len(own.samples)], number[len(own.samples) :]
    most = len(number) + 1
    _common, first, second = np.intersect1d(
        mine * most + _occurrence(mine), theirs * most + _occurrence(theirs), return_indices=True
    )
    trained = np.union1d(own.trained, reference.trained)
    untrained = ~np.isin(reference.samples[second], trained)
    order = np.argsort(second[untrained], kind="stable")
    return first[untrained][order], second[untrained][order]


def _occurrence(values: np.ndarray) -> np.ndarray:
    """How many equal values stand before each, int64 ``[n]``."""
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    begins = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]]) if len(values) else np.empty(0, np.int64)
    rank = np.arange(len(values)) - np.repeat(begins, np.diff(np.r_[begins, len(values)]))
    found = np.empty(len(values), np.int64)
    found[order] = rank
    return found
