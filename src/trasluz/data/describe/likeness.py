"""Whether images of one group are alike: is the image most like a given one, among all of its class, of its own group?

That is what a random split lets a network use: where the answer is nearly always yes, nearly every validation image has
a close relative among the training images.  By chance it is yes as often as another image of the class is of the group.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from trasluz.data.describe.near_duplicates import thumbnails

_SIDE = 8  # pixels of the thumbnails, which a moving subject changes little
_MOST = 4000  # images that are compared with one another


@dataclass(frozen=True)
class Likeness:
    """``share`` of the ``count`` images looked at whose most similar one is of their group; ``chance``: what it would
    be if that were any other.  ``nearness``: how far the nearest of the own group is from an image, over how far the
    nearest other one is (of 1 − correlation, the median): frames of a film have 0.02 to 0.2, digits of one kind 0.3."""

    share: float
    chance: float
    count: int
    nearness: float


class Likenesses:
    """Compares images by thumbnails, which are made once of each.

    ``samples`` ``[n, h, w, c]``; ``strata`` int64 ``[n]``: only images of one stratum (a class) are compared;
    ``copies`` int64 ``[n]``: of exact copies the first stands for all.
    """

    def __init__(self, samples: np.ndarray, strata: np.ndarray, copies: np.ndarray) -> None:
        self._samples, self._strata = samples, strata
        self._firsts = copies == np.arange(len(copies))
        self._made: dict[int, np.ndarray] = {}

    def within(self, groups: np.ndarray, besides: np.ndarray | None = None) -> Likeness | None:
        """How alike images of one of ``groups`` (int64 ``[n]``, −1: none) are; ``None`` where nothing can be compared.

        ``besides``: finer groups, int64 ``[n]``, whose own images are not compared with each other: what is left says
        whether the coarser ones have anything in common.
        """
        rows = _some_groups(np.flatnonzero((groups >= 0) & self._firsts), groups)
        alike = expected = count = 0.0
        nearness: list[np.ndarray] = []
        for stratum in np.unique(self._strata[rows]).tolist():
            part = rows[self._strata[rows] == stratum]
            if len(np.unique(groups[part])) < 2:
                continue
            same = groups[part][:, None] == groups[part][None]
            allowed = ~np.eye(len(part), dtype=bool)
            if besides is not None:
                allowed &= besides[part][:, None] != besides[part][None]
            judged = (same & allowed).any(1) & (~same & allowed).any(1)
            if not judged.any():
                continue
            similarity = self._similarity(part)
            own, others = (np.where(pairs & allowed, similarity, -np.inf).max(1)[judged] for pairs in (same, ~same))
            alike += float((own > others).sum())
            nearness.append((1 - own) / np.maximum(1 - others, 1e-6))
            expected += float(((same & allowed).sum(1) / np.maximum(allowed.sum(1), 1))[judged].sum())
            count += float(judged.sum())
        if not count:
            return None
        return Likeness(alike / count, expected / count, int(count), float(np.median(np.concatenate(nearness))))

    def _similarity(self, rows: np.ndarray) -> np.ndarray:
        """Float32 ``[m, m]``: correlation of the thumbnails, less what all of ``rows`` have in common."""
        new = np.array([row for row in rows.tolist() if row not in self._made], np.int64)
        if len(new):
            self._made.update(zip(new.tolist(), thumbnails(self._samples, new, _SIDE).numpy(), strict=True))
        vectors = torch.from_numpy(np.stack([self._made[row] for row in rows.tolist()]))
        vectors = vectors - vectors.mean(dim=0)
        vectors = vectors / vectors.norm(dim=1, keepdim=True).clamp_min(torch.finfo(vectors.dtype).tiny)
        similarity: np.ndarray = (vectors @ vectors.T).numpy()
        return similarity


def _some_groups(rows: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """``rows`` of whole groups, evenly spread over the groups in their order, at most about 4,000 of them."""
    if len(rows) <= _MOST:
        return rows
    numbers, sizes = np.unique(groups[rows], return_counts=True)
    usual = max(int(np.median(sizes)), 1)
    chosen = numbers[:: max(len(numbers) * usual // _MOST, 1)]
    kept = rows[np.isin(groups[rows], chosen)]
    return kept[:: max(len(kept) // _MOST, 1)]
