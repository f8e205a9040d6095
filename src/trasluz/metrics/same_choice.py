"""Whether another look would choose the same trials: how many of the best in one part of what was measured are among
the best in another."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from trasluz.metrics.scored_samples import ScoredSamples
from trasluz.rng import Rng

_MOST, _PART = 10, 4  # the top ten, of few trials the best quarter: among the ten best of twelve are nearly all
_HALVINGS = 100


@dataclass(frozen=True)
class SameChoice:
    """``top``: how many of the best are looked at; ``common``: how many of them are the same, in the mean; ``chance``:
    how many would be if trials were drawn by lot; ``rank``: where the best of one part stands in the other, the median
    (1 is the best)."""

    top: int
    common: float
    chance: float
    rank: float


def between_halves(scores: ScoredSamples, rng: Rng, halvings: int = _HALVINGS) -> SameChoice | None:
    """The choice by one half of the samples against that by the other, over random halves; ``None`` for fewer than two
    trials or four samples."""
    trials, count = scores.sums.shape
    if trials < 2 or count < 4:
        return None
    generator = np.random.default_rng(rng.number("halves"))
    found = []
    for _halving in range(halvings):
        first = np.zeros(count)
        first[generator.permutation(count)[: count // 2]] = 1
        one, other = (scores.sums @ half / (scores.sizes @ half) for half in (first, 1 - first))
        found.append(_agreement(one, other, generator))
    return _summary(found, trials)


def between_cells(scores: np.ndarray, rng: Rng) -> SameChoice | None:
    """The choice by each training (seed or fold) against that by each other, from ``scores`` ``[t, k]``, more is
    better; ``None`` for fewer than two of either."""
    trials, cells = scores.shape
    if trials < 2 or cells < 2:
        return None
    generator = np.random.default_rng(rng.number("cells"))
    pairs = combinations(range(cells), 2)
    return _summary([_agreement(scores[:, i], scores[:, j], generator) for i, j in pairs], trials)


def top_of(trials: int) -> int:
    """How many of so many are the best ones."""
    return max(min(_MOST, trials // _PART), 1)


def _agreement(first: np.ndarray, second: np.ndarray, generator: np.random.Generator) -> tuple[float, float]:
    """How many of the best are common, and where the best by the first stands by the second; ties by a lot of
    each, because the order of a study's trials is no merit."""
    orders = [np.lexsort((generator.random(len(scores)), -scores)) for scores in (first, second)]
    top = top_of(len(first))
    rank = int(np.flatnonzero(orders[1] == orders[0][0])[0]) + 1
    return float(len(np.intersect1d(orders[0][:top], orders[1][:top]))), float(rank)


def _summary(found: list[tuple[float, float]], trials: int) -> SameChoice:
    common, ranks = zip(*found, strict=True)
    top = top_of(trials)
    return SameChoice(top, float(np.mean(common)), top * top / trials, float(np.median(ranks)))
