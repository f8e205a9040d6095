"""How well a score tells two classes apart at every threshold: ROC and precision-recall curves, AUC with its interval.

Curves are scikit-learn's.  The interval is that of DeLong, DeLong & Clarke-Pearson (1988), by midranks (Sun & Xu
2014, "Fast implementation of DeLong's algorithm"), on the logit of the AUC, so that it stays inside [0, 1].
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from trasluz.messages import N_
from trasluz.metrics.described import Metric
from trasluz.metrics.intervals import wilson

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


def curves(scores: np.ndarray, positive: np.ndarray) -> Curves:
    """Of ``scores`` ``[n]`` (larger: more likely positive) and ``positive`` bool ``[n]``.

    Raises:
        ValueError: all samples are of one class.
    """
    from sklearn.metrics import precision_recall_curve, roc_curve

    if positive.all() or not positive.any():
        raise ValueError("a ROC curve needs samples of both classes")
    false_alarms, hits, _thresholds = roc_curve(positive, scores)
    precision, recall, _thresholds = precision_recall_curve(positive, scores)
    area, low, high = auc_interval(scores, positive)
    average = average_precision(scores, positive)
    return Curves(
        false_alarms, hits, recall, precision, area, (low, high), average, float(positive.mean()), len(positive)
    )


def one_against_rest(scores: np.ndarray, labels: np.ndarray, classes: Sequence[str]) -> dict[str, Curves]:
    """The curves of each class's score against all other samples, of those classes that have both.

    ``scores`` ``[n, k]``; ``labels`` int64 ``[n]`` (−1: unknown, left out) or bool ``[n, k]`` for several per sample.
    """
    known = labels >= 0 if labels.ndim == 1 else np.ones(len(labels), bool)
    own = labels[known, None] == np.arange(len(classes)) if labels.ndim == 1 else np.asarray(labels, bool)
    both = [i for i in range(len(classes)) if own[:, i].any() and not own[:, i].all()]
    return {classes[i]: curves(scores[known, i], own[:, i]) for i in both}


def average_precision(scores: np.ndarray, positive: np.ndarray) -> float:
    """Mean precision over the positives, each at the threshold that just includes it; in (0, 1]."""
    from sklearn.metrics import average_precision_score

    return float(average_precision_score(positive, scores))


def auc_interval(scores: np.ndarray, positive: np.ndarray, confidence: float = 0.95) -> tuple[float, float, float]:
    """Area under the ROC curve with its interval: ``(auc, low, high)``.

    At 0 and 1, or with one sample of a class, the samples show no variance; the interval is then Wilson's for as
    many trials as the rarer class has samples, which is cautious.

    Raises:
        ValueError: all samples are of one class.
    """
    ones, zeros = np.asarray(scores[positive], np.float64), np.asarray(scores[~positive], np.float64)
    if not len(ones) or not len(zeros):
        raise ValueError("a ROC curve needs samples of both classes")
    area, variance = _delong(ones, zeros)
    fewer = min(len(ones), len(zeros))
    if not 0 < area < 1 or not variance > 0:
        return area, *wilson(round(area * fewer), fewer, confidence)
    logit, error = math.log(area / (1 - area)), math.sqrt(variance) / (area * (1 - area))
    half = NormalDist().inv_cdf(0.5 + confidence / 2) * error
    return area, _logistic(logit - half), _logistic(logit + half)


def _delong(ones: np.ndarray, zeros: np.ndarray) -> tuple[float, float]:
    """The area and its variance (0 where a class has one sample)."""
    from scipy.stats import rankdata

    m, n = len(ones), len(zeros)
    together = rankdata(np.concatenate([ones, zeros]))
    beaten = (together[:m] - rankdata(ones)) / n  # per positive: the share of negatives below it
    beating = 1 - (together[m:] - rankdata(zeros)) / m  # per negative: the share of positives above it
    variance = beaten.var(ddof=1) / m + beating.var(ddof=1) / n if min(m, n) > 1 else 0.0
    return float(beaten.mean()), float(variance)


def _logistic(value: float) -> float:
    """Without overflow at either end."""
    return 0.5 * (1 + math.tanh(value / 2))
