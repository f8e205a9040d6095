"""Which images stand behind a classifier's numbers: mistakes, doubtful answers, and some of every confusion cell."""

from __future__ import annotations

from itertools import zip_longest

import numpy as np

_EXTREMES = 12
_PER_CELL = 40  # of images of a cell that a page can show; it says how many there are


def choose_examples(probabilities: np.ndarray, labels: np.ndarray, limit: int) -> np.ndarray:
    """Positions of at most ``limit`` samples to show, int64, rising.

    ``probabilities`` ``[n, k]``; ``labels`` int64 ``[n]`` (−1 is left out) or bool ``[n, k]``.  First the most
    confident mistakes and the least confident right answers; then of every cell of the confusion matrix, fullest
    mistakes first, one image after the other, the most confident first.
    """
    if labels.ndim == 2:
        return _by_distance(np.abs(probabilities - labels).mean(1), limit)
    predicted, confidence = probabilities.argmax(1), probabilities.max(1)
    order = np.argsort(-confidence, kind="stable")
    order = order[labels[order] >= 0]
    wrong, right = order[predicted[order] != labels[order]], order[predicted[order] == labels[order]]
    ranked = [*wrong[:_EXTREMES], *right[::-1][:_EXTREMES], *_cells(labels, predicted, order)]
    return _first(ranked, limit)


def _cells(labels: np.ndarray, predicted: np.ndarray, order: np.ndarray) -> list[int]:
    """Images of every cell in turns: the first of each cell, then the second of each, and so on."""
    cells: dict[tuple[int, int], list[int]] = {}
    for position in order:
        cells.setdefault((int(labels[position]), int(predicted[position])), []).append(int(position))
    ranked = sorted(cells.items(), key=lambda cell: (cell[0][0] == cell[0][1], -len(cell[1]), cell[0]))
    turns = zip_longest(*(positions[:_PER_CELL] for _cell, positions in ranked))
    return [position for turn in turns for position in turn if position is not None]


def _by_distance(distance: np.ndarray, limit: int) -> np.ndarray:
    """The samples with the largest distance to the truth, then those with the smallest."""
    order = np.argsort(-distance, kind="stable")
    return _first([*order[:_EXTREMES], *order[::-1][:_EXTREMES]], limit)


def _first(positions: list[int], limit: int) -> np.ndarray:
    """The first ``limit`` different positions, rising."""
    return np.sort(np.array(list(dict.fromkeys(map(int, positions)))[:limit], np.int64))
