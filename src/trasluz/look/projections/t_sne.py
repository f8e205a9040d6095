"""t-SNE: neighbours in the code stay neighbours on the plane; distances between groups say nothing.

van der Maaten & Hinton 2008, through openTSNE (Poličar et al. 2024), whose gradient costs time linear in the number
of points (Linderman et al. 2019) and which places new points without moving the old ones (Poličar et al. 2021).
Starts from PCA, so that the large arrangement means something (Kobak & Berens 2019); codes of more than 50 numbers
are first brought to 50 by PCA.
"""

from __future__ import annotations

import importlib
import importlib.util
from dataclasses import dataclass
from typing import Any

import numpy as np

from trasluz.look.projections import pca
from trasluz.messages import N_, _

NAME = "t-SNE"
NOTE = N_("t-SNE keeps neighbours together; the distance between two groups and their size mean nothing.")
_FEWEST = 5
_PERPLEXITY = 30.0
_WIDEST = 50
_OF_NEW = 5.0  # perplexity of a new point: it goes among its nearest, as openTSNE's authors advise


def missing() -> str | None:
    """It needs openTSNE, one of the package's own dependencies."""
    return None if importlib.util.find_spec("openTSNE") else _("t-SNE needs openTSNE: pip install openTSNE")


@dataclass(frozen=True)
class Fitted:
    """``facts``: ``perplexity``, and ``divergence``, the Kullback-Leibler divergence that was reached, in nats.

    ``embedding`` is openTSNE's; ``None`` where all codes are one or there are fewer than five.
    """

    positions: np.ndarray
    facts: dict[str, float]
    shrink: pca.Fitted | None
    embedding: Any

    def transform(self, codes: np.ndarray) -> np.ndarray:
        """Each code among the points that it is nearest to, float32 ``[m, 2]``."""
        if self.embedding is None or not len(codes):
            return np.zeros((len(codes), 2), np.float32)
        seen = _ready(codes, self.shrink)
        perplexity = min(_OF_NEW, (len(self.positions) - 1) / 3)
        return np.array(self.embedding.transform(seen, perplexity=perplexity), np.float32)


def fit(codes: np.ndarray, seed: int = 0) -> Fitted:
    """Perplexity 30, or a third of the points where they are fewer than 91; fewer than five all lie at the origin."""
    opened: Any = importlib.import_module("openTSNE")  # it has no types

    if len(codes) < _FEWEST or not (codes != codes[0]).any():
        return Fitted(np.zeros((len(codes), 2), np.float32), {}, None, None)
    shrink = pca.fit(codes, seed, min(_WIDEST, len(codes) - 1)) if codes.shape[1] > _WIDEST else None
    perplexity = min(_PERPLEXITY, (len(codes) - 1) / 3)
    start = _start(codes)
    found = opened.TSNE(
        perplexity=perplexity,
        initialization=start,
        n_jobs=1,
        random_state=seed,
        negative_gradient_method=_method(codes),
    ).fit(_ready(codes, shrink))
    found -= (found.max(0) + found.min(0)) / 2  # else placing the first new point moves all of openTSNE's, not ours
    facts = {"perplexity": perplexity, "divergence": float(found.kl_divergence)}
    return Fitted(np.array(found, np.float32), facts, shrink, found)


def _ready(codes: np.ndarray, shrink: pca.Fitted | None) -> np.ndarray:
    return np.asarray(codes if shrink is None else shrink.transform(codes), np.float64)


def _start(codes: np.ndarray) -> np.ndarray:
    """PCA, as small as the method wants it: a standard deviation of 0.0001 along the first axis."""
    found = pca.fit(codes).positions.astype(np.float64)
    return np.asarray(found / found[:, 0].std() * 1e-4)


def _method(codes: np.ndarray) -> str:
    """Interpolation costs a grid whatever the number of points; below about 10,000 the tree is faster."""
    return "fft" if len(codes) > 10_000 else "bh"
