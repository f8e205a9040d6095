"""How well a score tells two classes apart at every threshold: ROC and precision-recall curves, AUC with its interval.

Curves are scikit-learn's.  The interval is Newcombe's (2006, "Confidence intervals for an effect size measure based on
the Mann-Whitney statistic", part 2, method 5): the areas from which the one found lies less than 1.96 standard errors
apart, with the variance of Hanley & McNeil (1982) at each of them.  So it stays inside [0, 1], claims no certainty
for perfect scores, and does not jump beside them.  Where scores vary more than that variance supposes, as DeLong,
DeLong & Clarke-Pearson (1988) measure it, by midranks (Sun & Xu 2014), it is as many times as large.

Where samples come in groups it is Student's on the logit, with the variance of Obuchowski (1997, "Nonparametric
analysis of clustered ROC curve data"), which adds up what the samples of a group say.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from trasluz.messages import N_
from trasluz.metrics.described import Metric
from trasluz.metrics.intervals import logistic, score_interval, students_quantile

METRICS = {
    "roc_auc": Metric(N_("Area under the ROC curve"), "number", "higher", least=0.0, most=1.0),
    "average_precision": Metric(N_("Average precision"), "share", "higher"),
}


@dataclass(frozen=True)
class Curves:
    """Both curves of one score. ``false_alarms`` and ``hits``: the ROC, rates from 0 to 1; ``recall`` and
    ``precision``: the other, recall falling; ``auc`` with its 95 % ``interval``; ``average_precision``; ``share`` of
    positives, which is the precision of chance; ``count`` of samples."""

    false_alarms: np.ndarray
    hits: np.ndarray
    recall: np.ndarray
    precision: np.ndarray
    auc: float
    interval: tuple[float, float]
    average_precision: float
    share: float
    count: int


def curves(scores: np.ndarray, positive: np.ndarray, groups: np.ndarray | None = None) -> Curves:
    """Of ``scores`` ``[n]`` (larger: more likely positive) and ``positive`` bool ``[n]``, in ``groups`` int64 ``[n]``
    if any.

    Raises:
        ValueError: all samples are of one class.
    """
    from sklearn.metrics import precision_recall_curve, roc_curve

    if positive.all() or not positive.any():
        raise ValueError("a ROC curve needs samples of both classes")
    false_alarms, hits, _thresholds = roc_curve(positive, scores)
    precision, recall, _thresholds = precision_recall_curve(positive, scores)
    area, low, high = auc_interval(scores, positive)
    if groups is not None:
        low, high = auc_interval_by_groups(scores, positive, groups)
    average = average_precision(scores, positive)
    return Curves(
        false_alarms, hits, recall, precision, area, (low, high), average, float(positive.mean()), len(positive)
    )


def one_against_rest(
    scores: np.ndarray, labels: np.ndarray, classes: Sequence[str], groups: np.ndarray | None = None
) -> dict[str, Curves]:
    """The curves of each class's score against all other samples, of those classes that have both.

    ``scores`` ``[n, k]``; ``labels`` int64 ``[n]`` (−1: unknown, left out) or bool ``[n, k]`` for several per sample;
    ``groups`` int64 ``[n]``, if any.
    """
    known = labels >= 0 if labels.ndim == 1 else np.ones(len(labels), bool)
    own = labels[known, None] == np.arange(len(classes)) if labels.ndim == 1 else np.asarray(labels, bool)
    both = [i for i in range(len(classes)) if own[:, i].any() and not own[:, i].all()]
    among = None if groups is None else groups[known]
    return {classes[i]: curves(scores[known, i], own[:, i], among) for i in both}


def average_precision(scores: np.ndarray, positive: np.ndarray) -> float:
    """Mean precision over the positives, each at the threshold that just includes it; in (0, 1]."""
    from sklearn.metrics import average_precision_score

    return float(average_precision_score(positive, scores))


def auc_interval(scores: np.ndarray, positive: np.ndarray, confidence: float = 0.95) -> tuple[float, float, float]:
    """Area under the ROC curve with its interval: ``(auc, low, high)``.

    Raises:
        ValueError: all samples are of one class.
    """
    ones, zeros = np.asarray(scores[positive], np.float64), np.asarray(scores[~positive], np.float64)
    if not len(ones) or not len(zeros):
        raise ValueError("a ROC curve needs samples of both classes")
    area, variance = _delong(ones, zeros)
    supposed = hanley_mcneil(area, len(ones), len(zeros))
    right, wrong = _misordered(ones, zeros), _misordered(zeros, ones)
    missed = min(right, wrong) if area == 0.5 else right if area > 0.5 else wrong  # the same for a score's negative
    # Few samples out of order say little about the variance, so what is supposed counts as one more of them.
    more = 1.0 if not supposed > 0 else max((missed * variance / supposed + 1) / (missed + 1), 1.0)
    scale = NormalDist().inv_cdf(0.5 + confidence / 2) * math.sqrt(more)

    def kept(other: float) -> bool:
        return abs(area - other) <= scale * math.sqrt(hanley_mcneil(other, len(ones), len(zeros)))

    return area, _end(kept, area, 0.0), _end(kept, area, 1.0)


def auc_interval_by_groups(
    scores: np.ndarray, positive: np.ndarray, groups: np.ndarray, confidence: float = 0.95
) -> tuple[float, float]:
    """The interval for the area under the ROC curve, by ``groups`` int64 ``[n]``; ``(0, 1)`` of a single group.

    A perfect score shows no spread: each group counts as one sample of a share then.

    Raises:
        ValueError: all samples are of one class.
    """
    ones, zeros = np.asarray(scores[positive], np.float64), np.asarray(scores[~positive], np.float64)
    if not len(ones) or not len(zeros):
        raise ValueError("a ROC curve needs samples of both classes")
    beaten, beating = _components(ones, zeros)
    area, numbers = float(beaten.mean()), np.unique(groups, return_inverse=True)[1].reshape(-1)
    count = int(numbers.max()) + 1
    if count < 2:
        return 0.0, 1.0
    own = np.bincount(numbers[positive], weights=(beaten - area) / len(ones), minlength=count)
    own += np.bincount(numbers[~positive], weights=(beating - area) / len(zeros), minlength=count)
    error = math.sqrt(count / (count - 1) * float((own**2).sum()))
    quantile = students_quantile(count, confidence)
    if not 0 < area < 1 or not error:
        return score_interval(area, count * (NormalDist().inv_cdf(0.5 + confidence / 2) / quantile) ** 2, confidence)
    centre, half = math.log(area / (1 - area)), quantile * error / (area * (1 - area))
    return logistic(centre - half), logistic(centre + half)


def hanley_mcneil(area: float, positives: int, negatives: int) -> float:
    """The variance of an AUC whose true value is ``area``, with both numbers of samples replaced by their mean in what
    tells them apart (Newcombe 2006): the same for a score and its negative."""
    both = (positives + negatives) / 2 - 1
    shape = 1 + both * (1 - area) / (2 - area) + both * area / (1 + area)
    return area * (1 - area) * shape / (positives * negatives)


def _end(kept: Callable[[float], bool], inside: float, outside: float) -> float:
    """The last value from ``inside`` towards ``outside`` that is kept, by bisection."""
    for _step in range(60):
        middle = (inside + outside) / 2
        if kept(middle):
            inside = middle
        else:
            outside = middle
    return inside


def _misordered(above: np.ndarray, below: np.ndarray) -> int:
    """How many samples have one of the other class on the wrong side, or beside them."""
    return int((above <= below.max()).sum() + (below >= above.min()).sum())


def _delong(ones: np.ndarray, zeros: np.ndarray) -> tuple[float, float]:
    """The area and its variance (0 where a class has one sample)."""
    m, n = len(ones), len(zeros)
    beaten, beating = _components(ones, zeros)
    variance = beaten.var(ddof=1) / m + beating.var(ddof=1) / n if min(m, n) > 1 else 0.0
    return float(beaten.mean()), float(variance)


def _components(ones: np.ndarray, zeros: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Per positive the share of negatives below it, per negative the share of positives above it; ties count half."""
    from scipy.stats import rankdata

    m, n = len(ones), len(zeros)
    together = rankdata(np.concatenate([ones, zeros]))
    return (together[:m] - rankdata(ones)) / n, 1 - (together[m:] - rankdata(zeros)) / m
