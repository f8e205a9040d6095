"""Answers to unequal class counts: weights for the loss, or an order in which every class comes equally often."""

from __future__ import annotations

import numpy as np

from trasluz.errors import RecipeError
from trasluz.messages import _
from trasluz.rng import Rng


def class_weights(labels: np.ndarray, classes: int) -> np.ndarray:
    """Float32 ``[classes]``: ``n / (k · n_c)``, with ``k`` the number of classes that occur among ``labels`` ``[n]``.

    The mean over the labelled samples is 1; a class without a sample weighs 0; labels of −1 (none) do not count.

    Raises:
        RecipeError: a sample can have several labels, or none has one.
    """
    counts = np.bincount(_single(labels, "weights"), minlength=classes)
    present = counts > 0
    weights = np.zeros(classes)
    weights[present] = counts.sum() / (present.sum() * counts[present])
    return weights.astype(np.float32)


def balanced_order(labels: np.ndarray, rng: Rng, epoch: int, n: int) -> np.ndarray:
    """``n`` positions into ``labels``, int64: every class that occurs comes equally often (counts differ by at most 1).

    The samples of a class come in random order, each once before any comes again; samples without a label (−1)
    never come.

    Raises:
        RecipeError: a sample can have several labels, or none has one.
    """
    _single(labels, "sampling")
    present = [c for c in np.unique(labels).tolist() if c >= 0]
    share, rest = divmod(n, len(present))
    favoured = set(_shuffled(np.array(present), rng, "balance-rest", epoch)[:rest].tolist())
    parts = [
        _repeat(np.flatnonzero(labels == c), rng.child("balance", c), epoch, share + (c in favoured)) for c in present
    ]
    return _shuffled(np.concatenate(parts), rng, "balance-order", epoch)


def _single(labels: np.ndarray, method: str) -> np.ndarray:
    """The labels that are there, one per sample."""
    if labels.ndim != 1:
        raise RecipeError(
            _(
                "data.balance: {method} needs one label per image, but these images can have several; set it to none."
            ).format(method=method)
        )
    there = labels[labels >= 0]
    if len(there) == 0:
        raise RecipeError(
            _("data.balance: {method} needs labels, but no training image has one; set it to none.").format(
                method=method
            )
        )
    return there


def _repeat(rows: np.ndarray, rng: Rng, epoch: int, count: int) -> np.ndarray:
    """``count`` of ``rows``, in as many shuffled passes as that takes."""
    passes = -(-count // len(rows))
    shuffled = [_shuffled(rows, rng.child("pass", number), "order", epoch) for number in range(passes)]
    return np.concatenate([*shuffled, rows[:0]])[:count]


def _shuffled(values: np.ndarray, rng: Rng, purpose: str, epoch: int) -> np.ndarray:
    return np.asarray(values[rng.permutation(purpose, epoch, len(values)).numpy()], np.int64)
