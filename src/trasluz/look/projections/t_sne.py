"""t-SNE: neighbours in the code stay neighbours on the plane; distances between groups say nothing.

van der Maaten & Hinton 2008, through openTSNE (Poličar et al. 2024), whose gradient costs time linear in the number
of points (Linderman et al. 2019) and which places new points without moving the old ones (Poličar et al. 2021).
Starts from PCA, so that the large arrangement means something (Kobak & Berens 2019); codes of more than 50 numbers
are first brought to 50 by PCA.

Equal codes are one point to the method and lie in one place of the map.  Left apart, they start in one place, where no
repulsion moves them from each other, and the approximation of all the others' repulsion goes astray: ten equal codes
among a hundred blew a map up to 160 times its size.
"""

from __future__ import annotations

import dataclasses
import importlib
import importlib.util
import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from trasluz.look.projections import pca
from trasluz.look.projections._distinct import distinct
from trasluz.messages import N_, _

NAME = "t-SNE"
NOTE = N_("t-SNE keeps neighbours together; the distance between two groups and their size mean nothing.")
_FEWEST = 5
_PERPLEXITY = 30.0
_WIDEST = 50
_STRIPE = 2_000_000  # pairs of points held at once
_OF_NEW = 5.0  # perplexity of a new point: it goes among its nearest, as openTSNE's authors advise


def missing() -> str | None:
    """It needs openTSNE, one of the package's own dependencies."""
    return None if importlib.util.find_spec("openTSNE") else _("t-SNE needs openTSNE: pip install openTSNE")


@dataclass(frozen=True)
class Fitted:
    """``facts``: ``perplexity``, and ``divergence``, the Kullback-Leibler divergence that was reached, in nats.

    ``embedding`` is openTSNE's, of the ``distinct`` codes.
    """

    positions: np.ndarray
    facts: dict[str, float]
    shrink: pca.Fitted | None
    embedding: Any
    distinct: int

    def transform(self, codes: np.ndarray) -> np.ndarray:
        """Each code among the points that it is nearest to, float32 ``[m, 2]``."""
        if not len(codes):
            return np.zeros((0, 2), np.float32)
        seen, back = distinct(codes)  # equal ones to one place here, too
        perplexity = min(_OF_NEW, (self.distinct - 1) / 3)
        placed = np.array(self.embedding.transform(_ready(seen, self.shrink), perplexity=perplexity), np.float32)
        found: np.ndarray = placed[back]
        return found


def fit(codes: np.ndarray, seed: int = 0) -> Fitted | pca.Fitted:
    """Perplexity 30, or a third of the distinct codes where they are fewer than 91; fewer than five are placed by PCA,
    without any facts, because they have no neighbourhoods to keep."""
    opened: Any = importlib.import_module("openTSNE")  # it has no types

    own, back = distinct(codes)
    if len(own) < _FEWEST:
        return dataclasses.replace(pca.fit(codes), facts={})
    shrink = pca.fit(own, seed, min(_WIDEST, len(own) - 1)) if codes.shape[1] > _WIDEST else None
    perplexity = min(_PERPLEXITY, (len(own) - 1) / 3)
    found = opened.TSNE(
        perplexity=perplexity,
        initialization=_start(own),
        n_jobs=1,
        random_state=seed,
        negative_gradient_method=_method(own),
    ).fit(_ready(own, shrink))
    found -= (found.max(0) + found.min(0)) / 2  # else placing the first new point moves all of openTSNE's, not ours
    places = np.array(found, np.float64)
    facts = {"perplexity": perplexity, "divergence": divergence(found.affinities.P, places)}
    return Fitted(places.astype(np.float32)[back], facts, shrink, found, len(own))


def divergence(attraction: Any, places: np.ndarray) -> float:
    """KL(P ‖ Q) of the sparse ``attraction`` ``[n, n]`` that adds up to 1 from that of ``places`` ``[n, 2]``, in nats.

    Over all pairs, where openTSNE takes its sum over them from the approximation that it moves points by, which can
    make it negative.
    """
    pairs = attraction.tocoo()
    held = pairs.data > 0
    rows, columns, weights = pairs.row[held], pairs.col[held], pairs.data[held]
    apart = ((places[rows] - places[columns]) ** 2).sum(1)
    return max(float((weights * (np.log(weights) + np.log1p(apart))).sum()) + math.log(_closeness(places)), 0.0)


def _closeness(places: np.ndarray) -> float:
    """The sum of 1 / (1 + distance²) over all pairs of different points, a stripe at a time."""
    total, step = -float(len(places)), max(_STRIPE // len(places), 1)  # without each point's own 1
    for start in range(0, len(places), step):
        part = places[start : start + step]
        x, y = (part[:, None, axis] - places[None, :, axis] for axis in (0, 1))
        total += float((1 / (1 + x * x + y * y)).sum())
    return total


def _ready(codes: np.ndarray, shrink: pca.Fitted | None) -> np.ndarray:
    return np.asarray(codes if shrink is None else shrink.transform(codes), np.float64)


def _start(codes: np.ndarray) -> np.ndarray:
    """PCA, as small as the method wants it: a standard deviation of 0.0001 along the first axis."""
    found = pca.fit(codes).positions.astype(np.float64)
    return np.asarray(found / found[:, 0].std() * 1e-4)


def _method(codes: np.ndarray) -> str:
    """Interpolation costs a grid whatever the number of points; below about 10,000 the tree is faster."""
    return "fft" if len(codes) > 10_000 else "bh"
