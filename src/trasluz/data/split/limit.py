"""``data.limit`` and ``data.labelled``: fewer rows of a split, or labels; classes keep their shares, from the seed."""

from __future__ import annotations

import numpy as np

from trasluz.errors import RecipeError
from trasluz.messages import _
from trasluz.rng import Rng


def limit_rows(rows: np.ndarray, labels: np.ndarray | None, limit: int | None, rng: Rng) -> np.ndarray:
    """At most ``limit`` of ``rows``, in their order.

    With labels (int ``[n]`` or bool ``[n, classes]``, of all rows) the shares of the classes, or of the sets of
    several labels, stay as they are to the nearest image; a larger limit keeps the rows of a smaller one.
    """
    if limit is None or limit >= len(rows):
        return rows
    shuffled = rows[rng.permutation("limit", 0, len(rows)).numpy()]
    if labels is not None:
        strata = np.unique(labels[shuffled], axis=0, return_inverse=True)[1].reshape(-1)
        shuffled = shuffled[np.argsort(_positions(strata), kind="stable")]
    return np.sort(shuffled[:limit])


def limit_labels(labels: np.ndarray | None, rows: np.ndarray, labelled: int | None, rng: Rng) -> np.ndarray | None:
    """``labels`` (of all rows) in which only ``labelled`` of ``rows`` keep theirs; the others of ``rows`` have −1.

    The classes keep their shares to the nearest label, and a larger number keeps the labels of a smaller one.

    Raises:
        RecipeError: there are no labels, or several per sample.
    """
    if labelled is None:
        return labels
    if labels is None:
        raise RecipeError(_("data.labelled: these data have no labels to keep or to leave out; set it to null."))
    if labels.ndim != 1:
        raise RecipeError(
            _("data.labelled: needs one label per sample, but these data can have several; set it to null.")
        )
    kept = limit_rows(rows[labels[rows] >= 0], labels, labelled, rng)
    fewer = labels.copy()
    fewer[np.setdiff1d(rows, kept, assume_unique=True)] = -1
    return fewer


def _positions(strata: np.ndarray) -> np.ndarray:
    """Each row's position in its stratum, evenly between 0 and 1: the lowest of all strata are in proportion."""
    order = np.argsort(strata, kind="stable")
    sizes = np.bincount(strata)
    rank = np.arange(len(strata)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    positions = np.empty(len(strata))
    positions[order] = (rank + 0.5) / sizes[strata[order]]
    return positions
