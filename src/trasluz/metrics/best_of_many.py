"""What the best of many trials is worth: its score on the samples by which it was chosen is too good.

Who takes the best of many numbers also takes the luckiest.  What it will give on new samples is estimated by choosing
again: in each of many resamples the best is chosen by the samples that were drawn and judged by those that were not
(bootstrap bias-corrected cross-validation: Tsamardinos, Greasidou and Borboudakis 2018, "Bootstrapping the
out-of-sample predictions for efficient and accurate cross-validation", algorithm 5).  It errs, if at all, to the safe
side: each choice rests on 63 % of the samples.  Where no scores of samples are known, the trainings of each trial
(folds) take their place: chosen by all but one, judged by that one.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from trasluz.metrics.intervals import UNKNOWN, mean_interval, score_interval, students_quantile
from trasluz.metrics.scored_samples import ScoredSamples
from trasluz.rng import Rng

_CONFIDENCE = 0.95
_RESAMPLES = 1000
_AT_ONCE = 2_000_000  # numbers of resamples that are held at once


@dataclass(frozen=True)
class BestOfMany:
    """``chosen``: the row of the best trial, ``second`` that of the runner-up (−1 where there is none).

    ``observed``: the score by which it was chosen; ``expected``: what such a choice gives on new samples, with its 95 %
    interval from ``low`` to ``high``.  ``beats``: the probability that the best is better than the runner-up.
    ``often``: float64 ``[t]``, the share of resamples in which each trial was chosen.
    """

    chosen: int
    second: int
    observed: float
    expected: float
    low: float
    high: float
    beats: float
    often: np.ndarray

    @property
    def optimism(self) -> tuple[float, float, float]:
        """By how much the observed score is too good, and the 95 % interval of that."""
        return self.observed - self.expected, self.observed - self.high, self.observed - self.low


def best_of_samples(scores: ScoredSamples, rng: Rng, resamples: int = _RESAMPLES) -> BestOfMany:
    """The best of trials whose scores on the same samples are known, and what it is worth.

    The interval is as wide as that of one measurement on so many samples: that of the trial which was chosen, around
    what is expected of it.  The probability that it beats the runner-up comes from how far the two that are chosen in
    a resample lie apart on the samples that are not in it, over the standard error of the difference of the two.
    Where nothing can be told (one sample), all of it is unknown: infinite bounds, a probability of one half.
    """
    order = np.argsort(-scores.means, kind="stable")
    chosen, second = int(order[0]), int(order[1]) if len(order) > 1 else -1
    observed = float(scores.means[chosen])
    often, worth, apart = np.zeros(len(order)), [], []
    for firsts, seconds, outside in _resampled(scores, rng, resamples):
        weights = outside @ scores.sizes
        worth.append((outside * scores.sums[firsts]).sum(1) / weights)
        often += np.bincount(firsts, minlength=len(order))
        if second >= 0:
            apart.append(worth[-1] - (outside * scores.sums[seconds]).sum(1) / weights)
    values = np.concatenate(worth) if worth else np.empty(0)
    if not len(values):
        return BestOfMany(chosen, second, observed, observed, *UNKNOWN, 0.5, _only(chosen, len(order)))
    expected = min(float(values.mean()), observed)  # the largest of many means is no less than it is worth
    low, high = _interval(scores, chosen, expected)
    beats = _beats(scores, chosen, second, float(np.concatenate(apart).mean())) if apart else 1.0
    return BestOfMany(
        chosen, second, observed, expected, min(low, expected), max(high, expected), beats, often / len(values)
    )


def best_of_cells(scores: np.ndarray) -> BestOfMany:
    """The same from ``scores`` float64 ``[t, k]`` of k trainings (folds) of each of t trials, more is better.

    For each fold the best is chosen by the mean of the others.  The interval is Student's t over folds with the spread
    that trials have in the mean: that of the scores left out is too small, because the same trial is chosen for most of
    them.  Folds share training images, which no estimate from them can see (Bengio and Grandvalet 2004); with a single
    one all is unknown.
    """
    means, count = scores.mean(1), scores.shape[1]
    order = np.argsort(-means, kind="stable")
    chosen, second = int(order[0]), int(order[1]) if len(order) > 1 else -1
    observed = float(means[chosen])
    if count < 2:
        return BestOfMany(chosen, second, observed, observed, *UNKNOWN, 0.5, _only(chosen, len(order)))
    others = (scores.sum(1, keepdims=True) - scores) / (count - 1)
    ranked = np.argsort(-others, axis=0, kind="stable")
    left_out = scores[ranked[0], np.arange(count)]
    half = students_quantile(count, _CONFIDENCE) * math.sqrt(float(scores.var(1, ddof=1).mean()) / count)
    often = np.bincount(ranked[0], minlength=len(order)) / count
    expected = min(float(left_out.mean()), observed)
    low, high = (expected - half, expected + half) if half > 0 else UNKNOWN
    beats = 1.0
    if second >= 0:
        apart = float((left_out - scores[ranked[1], np.arange(count)]).mean())
        error = float((scores[chosen] - scores[second]).std(ddof=1)) / math.sqrt(count)
        beats = _students_probability(apart, error, count)
    return BestOfMany(chosen, second, observed, expected, low, high, beats, often)


def nested_optimism(inner: np.ndarray, outer: np.ndarray, folds: int | None = None) -> tuple[float, float, float]:
    """How much too good the best of the inner search was, from nested folds: the mean over outer folds of the best
    ``inner`` score minus what it gave on the ``outer`` fold, both float ``[k]``, with Student's interval.

    ``folds``: how many there are in one dealing, where the same samples were dealt several times: that steadies the
    mean, but the interval stays as wide as that of one dealing, for there are no more samples.
    """
    apart = (np.asarray(inner, np.float64) - np.asarray(outer, np.float64)).tolist()
    middle, low, high = mean_interval(apart)
    if folds is None or folds >= len(apart) or folds < 2:
        return middle, low, high
    deviation = float(np.std(apart, ddof=1))
    half = students_quantile(folds, _CONFIDENCE) * deviation / math.sqrt(folds)
    return middle, middle - half, middle + half


def _resampled(scores: ScoredSamples, rng: Rng, resamples: int) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """By parts of all resamples ``r``: the best and the second trial in each, int64 ``[r]``, and which samples are not
    in it, float64 ``[r, g]``; those that hold all samples are left out."""
    count, trials = len(scores.sizes), len(scores.sums)
    generator = np.random.default_rng(rng.number("best-of-many"))
    part = max(_AT_ONCE // max(count, trials), 1)
    for begin in range(0, resamples if count > 1 else 0, part):
        drawn = generator.multinomial(count, np.full(count, 1 / count), size=min(part, resamples - begin))
        drawn = drawn[(drawn == 0).any(1)].astype(np.float64)
        if len(drawn):
            inside = drawn @ scores.sums.T / (drawn @ scores.sizes)[:, None]
            firsts = inside.argmax(1)
            inside[np.arange(len(drawn)), firsts] = -np.inf
            yield firsts, inside.argmax(1), (drawn == 0).astype(np.float64)


def _interval(scores: ScoredSamples, chosen: int, expected: float) -> tuple[float, float]:
    """The interval of one measurement on these samples, around ``expected``."""
    own = scores.values[chosen]
    variance = scores.variance(own)
    if not math.isfinite(variance):
        return UNKNOWN
    if not scores.yes_or_no:
        half = students_quantile(len(scores.sizes), _CONFIDENCE) * math.sqrt(variance)
        return (expected - half, expected + half) if half > 0 else UNKNOWN
    share = scores.means[chosen]
    # For how many independent answers the columns stand: fewer where one sample has several that go together.
    worth = share * (1 - share) / variance if variance > 0 else float(len(scores.sizes))
    return score_interval(expected, min(worth, float(len(own))))


def _beats(scores: ScoredSamples, chosen: int, second: int, apart: float) -> float:
    """The probability of a positive difference whose best estimate is ``apart``; one half at least, because of two
    trials the one that scored more is not the likelier to be worse."""
    differences = scores.values[chosen] - scores.values[second]
    variance = scores.variance(differences)
    if scores.yes_or_no:
        variance = max(variance, least_variance(differences))
    return NormalDist().cdf(max(apart, 0.0) / math.sqrt(variance)) if 0 < variance < math.inf else _sign(apart)


def least_variance(differences: np.ndarray) -> float:
    """Of the mean of yes-or-no ``differences`` ``[n]`` (−1, 0 or 1), however alike they are: as if one more sample
    spoke for either side, half each (Agresti and Min 2005), so that few disagreements prove little."""
    return float(np.count_nonzero(differences) + 1) / (len(differences) + 2) ** 2 / 2


def _students_probability(apart: float, error: float, count: int) -> float:
    from scipy.special import stdtr

    return float(stdtr(count - 1, max(apart, 0.0) / error)) if error > 0 else _sign(apart)


def _sign(apart: float) -> float:
    return 1.0 if apart > 0 else 0.5


def _only(chosen: int, count: int) -> np.ndarray:
    often = np.zeros(count)
    often[chosen] = 1.0
    return often
