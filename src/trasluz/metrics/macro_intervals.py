"""How far macro F1 could be off: the score interval with the dispersion that its delta method gives.

F1 of a class is 2h / (t + p) of hits, true and predicted samples; the influence of one sample on the mean over classes
is its derivative by that sample's weight.  Takahashi et al. (2022), "Confidence interval for micro-averaged F1 and
macro-averaged F1 scores", take the same variance; here it goes into a score interval, which stays inside [0, 1] and
claims no certainty where all is right.  Few samples of a class need two things besides.  They say little of its F1,
which is 0 or 1 of a single one: the interval stands on counts in which each class has half a sample more, and one
sample's worth of them fares as all samples do (Agresti and Coull 1998 add trials likewise).  And F1 is too low on
average by F1·(1 − F1) / (t + p) (delta method of second order), which the interval allows for.  The number itself stays
as it is, and its interval holds it.
"""

from __future__ import annotations

import numpy as np

from trasluz.metrics.classification import class_scores, share
from trasluz.metrics.intervals import dispersed_interval

_ADDED = 0.5  # samples that each class is given
_ABSENT = 30  # samples per class: of one a tenth as frequent as others they show one with 95 % (3 / n, rule of three)


def macro_f1_interval(confusion: np.ndarray) -> tuple[float, float]:
    """The 95 % interval of macro F1 over the classes; ``confusion`` int64 ``[k, k]``.

    A class that neither occurs nor was predicted counts while the samples are so few that it may be a rare one.
    """
    count, right = int(confusion.sum()), int(np.trace(confusion))
    seen = (confusion.sum(0) + confusion.sum(1)) > 0
    kept = possible(seen, count)
    counts = confusion[np.ix_(kept, kept)]
    f1, both, spread = _delta(_smoothed(counts))
    # Rare classes weigh as much as others in the mean, so that fewer samples stand behind it than there are.
    true = confusion.sum(1)[confusion.any(1)]
    widest = count * float((1 / true).mean()) / len(true)
    mean = float(class_scores(confusion)["f1"][seen].mean())
    return _around(mean, f1, both, spread, widest, min(right, count - right), count)


def possible(seen: np.ndarray, count: int) -> np.ndarray:
    """Which classes a mean over them is of, bool ``[k]``: those ``seen``, and all while ``count`` samples are so few
    that others may be rare."""
    return seen | (count < _ABSENT * len(seen))


def scale(true: np.ndarray) -> np.ndarray:
    """What a class of ``true`` samples and one that is usual are multiplied by, to be half a sample more."""
    found: np.ndarray = (true + _ADDED) / (true + 1)
    return found


def _smoothed(confusion: np.ndarray) -> np.ndarray:
    """Each class's samples, half of one more, spread as with one more that fares as all do: few samples of a class that
    are all right, or all wrong, do not mean that others would be."""
    classes, true = len(confusion), confusion.sum(1, keepdims=True)
    right = np.trace(confusion) / confusion.sum()
    usual = np.full((classes, classes), (1 - right) / max(classes - 1, 1))
    usual[np.diag_indices(classes)] = right
    found: np.ndarray = (confusion + usual) * scale(true)
    return found


def _delta(confusion: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """F1 and t + p of each class, and the variance of one sample's influence on the mean F1."""
    count, both, classes = float(confusion.sum()), confusion.sum(0) + confusion.sum(1), len(confusion)
    f1, weight = class_scores(confusion)["f1"], share(np.full(classes, count), both)
    influence = -(f1 * weight)[:, None] - (f1 * weight)[None]
    influence[np.diag_indices(classes)] = 2 * (1 - f1) * weight
    influence /= classes
    likely = confusion / count
    return f1, both, float((likely * influence**2).sum()) - float((likely * influence).sum()) ** 2


def _around(
    mean: float, f1: np.ndarray, both: np.ndarray, spread: float, widest: float, missed: int, count: int
) -> tuple[float, float]:
    """The interval around the mean of ``f1`` without its bias, widened to hold the ``mean`` that was measured."""
    expected = min(float(f1.mean()) + float(share(f1 * (1 - f1), both).mean()), 1.0)
    low, high = dispersed_interval(expected, spread, widest, missed, count)
    return min(low, mean), max(high, mean)


def macro_f1_interval_of_labels(labels: np.ndarray, predicted: np.ndarray) -> tuple[float, float]:
    """The same of several labels per sample, bool ``[n, k]``, n ≥ 1, whose mean goes over all labels."""
    count, both = len(labels), (labels.astype(np.float64) + predicted).sum(0)
    f1, influence, of_added = delta_of_labels(labels, predicted)
    spread = float(influence.var()) + of_added / count
    right = int((labels == predicted).all(1).sum())
    mean = float(share(2 * (labels & predicted).sum(0), both).mean())
    missed = min(right, count - right)
    return _around(mean, f1, both + 2 * _ADDED, spread, max(worst_of_labels(labels), 1.0), missed, count)


def worst_of_labels(labels: np.ndarray) -> float:
    """By how much, times n, one sample of bool ``[n, k]`` can move the mean F1: an answer that is wrong costs a label
    half of one of its true samples' weight, at worst in all labels at once."""
    occurring = labels.sum(0)[labels.any(0)]
    return float(len(labels) * (0.5 / occurring).mean()) if len(occurring) else 1.0


def delta_of_labels(labels: np.ndarray, predicted: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """F1 of each label ``[k]``, of each sample its influence on their mean ``[n]``, and the square of what was added.

    Each label has one answer more (of those that are true or said), a hit as often as those of all labels are.
    """
    both, hits, added = labels.astype(np.float64) + predicted, labels & predicted, 2 * _ADDED
    usual = float(2 * hits.sum() / both.sum()) if both.any() else 1.0
    f1 = (2 * hits.sum(0) + added * usual) / (both.sum(0) + added)
    weight = len(labels) / (both.sum(0) + added)
    influence = ((2 * hits - f1 * both) * weight).mean(1)
    of_added = added * (usual * (1 - f1) ** 2 + (1 - usual) * f1**2) * weight**2
    return f1, influence, float(of_added.sum()) / labels.shape[1] ** 2
