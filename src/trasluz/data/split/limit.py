"""``data.limit`` and ``data.labelled``: fewer rows of a split, or labels; classes keep their shares.

Which ones is told by their places in the draw (``draw.py``): of validation the lowest stay, of test the highest, of
training those nearest to the middle, which are the last that another fraction would take for validation or test.
"""

from __future__ import annotations

import numpy as np

from trasluz.data.split.draw import proportional, starts_of
from trasluz.errors import RecipeError
from trasluz.messages import _


def keeping_order(split: str, places: np.ndarray) -> np.ndarray:
    """Float64 ``[n]`` from ``places``: the rows of ``split`` with the lowest are kept first."""
    return {"valid": places, "test": 1 - places}.get(split, np.abs(places - 0.5))


def limit_rows(rows: np.ndarray, labels: np.ndarray | None, limit: int | None, order: np.ndarray) -> np.ndarray:
    """At most ``limit`` of ``rows``, in their order: those whose ``order`` (float64 ``[n]``, of all rows) is lowest.

    With labels (int ``[n]`` or bool ``[n, classes]``, of all rows) the shares of the classes, or of the sets of
    several labels, stay as they are to the nearest image; a larger limit keeps the rows of a smaller one.
    """
    if limit is None or limit >= len(rows):
        return rows
    strata = np.zeros(len(rows), np.int64)
    if labels is not None:
        strata = np.unique(labels[rows], axis=0, return_inverse=True)[1].reshape(-1)
    sizes, mine = np.bincount(strata), order[rows]
    quotas = proportional(sizes, limit, sizes, starts_of(strata, mine))
    by_stratum = np.lexsort((mine, strata))
    rank = np.arange(len(rows)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return np.sort(rows[by_stratum[rank < quotas[strata[by_stratum]]]])


def limit_labels(
    labels: np.ndarray | None, rows: np.ndarray, labelled: int | None, order: np.ndarray
) -> np.ndarray | None:
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
    kept = limit_rows(rows[labels[rows] >= 0], labels, labelled, order)
    fewer = labels.copy()
    fewer[np.setdiff1d(rows, kept, assume_unique=True)] = -1
    return fewer
