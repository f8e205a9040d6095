"""Which images a page should show of an evaluation: behind confusion cells, most and least certain, best and worst.

A pure choice over the per-sample records, so that only these images need to be kept with the evaluation.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np


def choose_examples(
    records: Mapping[str, np.ndarray], *, per_cell: int = 12, extremes: int = 16, most: int = 1500
) -> np.ndarray:
    """Sorted, distinct positions (int64 ``[m]``, ``m ≤ most``) of the records that are worth showing.

    With ``labels`` ``[n]`` and ``probabilities`` ``[n, k]``: up to ``per_cell`` of every confusion cell, the most
    confident first, and the ``extremes`` least certain of the right ones.  With ``error`` ``[n]``: the
    ``extremes`` smallest and largest, and as many around the median.
    """
    chosen: list[np.ndarray] = []
    labels, probabilities = records.get("labels"), records.get("probabilities")
    if labels is not None and probabilities is not None and labels.ndim == 1 and len(labels):
        chosen += _by_cell(labels, probabilities, per_cell, most, extremes)
    error = records.get("error")
    if error is not None and len(error):
        order = np.argsort(error, kind="stable")
        middle = max(0, (len(order) - extremes) // 2)
        chosen += [order[-extremes:], order[:extremes], order[middle : middle + extremes]]
    if not chosen:
        return np.empty(0, np.int64)
    distinct = list(dict.fromkeys(int(i) for part in chosen for i in part))
    return np.array(sorted(distinct[:most]), np.int64)


def _by_cell(
    labels: np.ndarray, probabilities: np.ndarray, per_cell: int, most: int, extremes: int
) -> list[np.ndarray]:
    """Extremes first, then mistakes, then right answers: what ``most`` cuts off is what matters least."""
    predicted = probabilities.argmax(axis=1)
    confidence = probabilities.max(axis=1)
    order = np.argsort(-confidence, kind="stable")
    right = order[predicted[order] == labels[order]]
    wrong = order[(predicted[order] != labels[order]) & (labels[order] >= 0)]
    classes = probabilities.shape[1]
    cells = max(1, len(np.unique(labels * classes + predicted)))
    limit = max(1, min(per_cell, most // cells))
    mistakes = [
        wrong[(labels[wrong] == t) & (predicted[wrong] == p)][:limit]
        for t, p in _pairs(labels[wrong], predicted[wrong])
    ]
    hits = [right[labels[right] == t][:limit] for t in np.unique(labels[right])]
    return [wrong[:extremes], right[-extremes:], *mistakes, *hits]


def _pairs(labels: np.ndarray, predicted: np.ndarray) -> list[tuple[int, int]]:
    return sorted({(int(t), int(p)) for t, p in zip(labels, predicted, strict=True)})
