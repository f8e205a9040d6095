"""What a way of choosing is worth: each outer fold judges what a whole search without its samples chose.

That is the cross-validation of the search itself (nested cross-validation; Varma and Simon 2006, "Bias in error
estimation when using cross-validation for model selection").  No number here was chosen by.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

import numpy as np

from trasluz.metrics.best_of_many import nested_optimism
from trasluz.metrics.over_seeds import bounds_of, over_seeds

By = Literal["samples", "folds"]


@dataclass(frozen=True)
class OuterChoice:
    """What one outer fold's search chose, and what that gave: the ``fold``'s name; the ``trial`` with its ``values``;
    its score by which it was chosen (``inner``) and on the fold (``outer``, the mean over ``runs``); how many
    ``samples`` the fold has.  ``failure``: why there is no outer score."""

    fold: str
    trial: str
    values: Mapping[str, Any]
    inner: float
    outer: float | None = None
    samples: int = 0
    runs: tuple[str, ...] = ()
    failure: str | None = None


@dataclass(frozen=True)
class OuterScore:
    """The score by ``metric`` (of which more is better if it ``rises``) that the way of choosing gives on samples which
    it has not seen, with its 95 % interval from ``low`` to ``high``.

    ``choices``: of the outer folds that are judged, of ``wanted``.  ``by``: over what the interval is taken: all
    ``samples`` of the outer folds, and the folds themselves where that reaches further; or, where the runs do not keep
    what each sample scored, the ``folds`` alone.  The answers of a fold chose for the other folds, so that hits and
    misses of all folds go together, and samples alone say too little of it: where all trials are equally good, their
    interval holds the truth in 82 to 92 of 100 searches, and the wider one in 89 to 97
    (``tests/search/test_outer_score.py``).
    ``optimism``: by how much the inner best scores were too good, in the mean over folds, with its interval; above 0
    whichever way is better.  ``agree``: how many outer folds chose the setting that most of them chose, and ``usual``
    what that is; ``as_whole``: how many chose the setting that the search on all samples did.
    """

    metric: str
    rises: bool
    wanted: int
    choices: tuple[OuterChoice, ...]
    score: float
    low: float
    high: float
    by: By
    samples: int
    optimism: tuple[float, float, float]
    agree: int
    usual: Mapping[str, Any]
    as_whole: int

    @property
    def done(self) -> int:
        """How many outer folds have a score."""
        return sum(one.outer is not None for one in self.choices)

    @property
    def inner(self) -> float:
        """The mean of the scores by which was chosen, of the folds that are judged."""
        return math.fsum(one.inner for one in self.choices if one.outer is not None) / self.done

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; bounds that are not known become ``None``."""
        plain = asdict(self)
        plain |= {"low": _finite(self.low), "high": _finite(self.high)}
        return plain | {"optimism": [_finite(value) for value in self.optimism], "inner": self.inner}


@dataclass(frozen=True)
class Pooled:
    """The score of all outer samples together with its 95 % interval, and how many samples these are."""

    score: float
    low: float
    high: float
    samples: int


def outer_score(
    choices: Sequence[OuterChoice],
    wanted: int,
    metric: str,
    rises: bool,
    *,
    folds: int,
    pooled: Pooled | None,
    whole: Mapping[str, Any] | None,
) -> OuterScore | None:
    """The score of what ``choices`` were judged by; ``None`` where no fold is judged yet.

    ``folds``: of one dealing; ``pooled``: of their samples, where these are known; ``whole``: the values that the
    search on all samples chose.
    """
    judged = [one for one in choices if one.outer is not None]
    if not judged:
        return None
    outer = np.array([one.outer for one in judged], np.float64)
    inner = np.array([one.inner for one in judged], np.float64)
    sign = 1.0 if rises else -1.0
    score, low, high = _over_folds(outer, folds, metric)
    by: By = "folds" if pooled is None else "samples"
    if pooled is None:
        pooled = Pooled(score, low, high, sum(one.samples for one in judged))
    elif math.isfinite(low):
        pooled = replace(pooled, low=min(pooled.low, low), high=max(pooled.high, high))
    settings = Counter(_key(one.values) for one in choices)
    most, agree = settings.most_common(1)[0]
    return OuterScore(
        metric,
        rises,
        wanted,
        tuple(choices),
        pooled.score,
        pooled.low,
        pooled.high,
        by,
        pooled.samples,
        nested_optimism(sign * inner, sign * outer, folds),
        agree,
        next(one.values for one in choices if _key(one.values) == most),
        0 if whole is None else settings[_key(whole)],
    )


def _over_folds(outer: np.ndarray, folds: int, metric: str) -> tuple[float, float, float]:
    """The mean of the folds' scores with Student's interval; of several dealings that of one, in the mean."""
    dealings = [outer[begin : begin + folds].tolist() for begin in range(0, len(outer), folds)]
    found = np.array([over_seeds(scores, bounds_of(metric)) for scores in dealings])
    score, low, high = found.mean(axis=0).tolist()
    return score, low, high


def _key(values: Mapping[str, Any]) -> str:
    return repr(sorted(values.items()))


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
