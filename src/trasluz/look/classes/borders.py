"""Borders: the lines between the regions of the classes on a grid of places, finer than the grid itself."""

from __future__ import annotations

import numpy as np


def borders(winner: np.ndarray, scores: np.ndarray, across: np.ndarray, up: np.ndarray) -> np.ndarray:
    """The border as straight pieces, float64 ``[pieces, 2, 2]``: both ends, each (across, up).

    ``winner``: int ``[h, w]``, the class chosen at every place; ``scores``: ``[h, w, classes]``, what it is chosen by
    (before softmax, so that a linear model's borders are exact); ``across`` ``[w]`` and ``up`` ``[h]``: the places.

    Marching squares (Maple 2003, "Geometric design and space planning using the marching squares and marching cube
    algorithms") for several classes: between two neighbours of different class the border lies where the scores of
    both are equal if they are linear in between.  In a cell with two such places a piece joins them; where three or
    four regions meet, pieces join each with the middle of all.
    """
    level = _crossings(winner[:, :-1], winner[:, 1:], scores[:, :-1], scores[:, 1:])
    upright = _crossings(winner[:-1], winner[1:], scores[:-1], scores[1:])
    rows, columns = np.indices((winner.shape[0] - 1, winner.shape[1] - 1)).astype(np.float64)
    edges = (
        (columns + level[:-1], rows + 0 * level[:-1]),
        (columns + level[1:], rows + 1 + 0 * level[1:]),
        (columns + 0 * upright[:, :-1], rows + upright[:, :-1]),
        (columns + 1 + 0 * upright[:, 1:], rows + upright[:, 1:]),
    )
    places = np.stack([np.stack(edge, -1) for edge in edges], -2)  # [h − 1, w − 1, 4 edges, 2], NaN where none
    pieces = _joined(places.reshape(-1, 4, 2))
    known = (np.asarray(across, np.float64), np.asarray(up, np.float64))
    axes = [np.interp(pieces[..., axis], np.arange(len(of)), of) for axis, of in enumerate(known)]
    return np.stack(axes, -1)


def _crossings(first: np.ndarray, second: np.ndarray, before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """How far from one place to its neighbour the border lies, 0 to 1; NaN where both are of one class."""
    lead = _lead(before, first, second)
    lag = _lead(after, second, first)
    total = lead + lag
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(np.isfinite(total) & (total > 0), lead / total, 0.5)
    return np.where(first == second, np.nan, np.clip(share, 0, 1))


def _lead(scores: np.ndarray, own: np.ndarray, other: np.ndarray) -> np.ndarray:
    """By how much the class ``own`` of each place is ahead of the class ``other``, float64."""
    pair = np.take_along_axis(scores, np.stack([own, other], -1), -1).astype(np.float64)
    return np.asarray(pair[..., 0] - pair[..., 1])


def _joined(places: np.ndarray) -> np.ndarray:
    """Pieces ``[pieces, 2, 2]`` within cells of which ``places`` ``[cells, 4, 2]`` are known (NaN where not)."""
    there = np.isfinite(places[..., 0])
    count = there.sum(1)
    two = places[count == 2]
    pairs = two[there[count == 2]].reshape(-1, 2, 2)
    many, known = places[count > 2], there[count > 2]
    middle = np.broadcast_to(np.nanmean(many, 1, keepdims=True), many.shape) if len(many) else many
    spokes = np.stack([many[known], middle[known]], 1)
    return np.concatenate([pairs, spokes])
