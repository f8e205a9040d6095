"""Differences of macro F1 of two models that were judged on the same samples, each with its 95 % interval.

The variance is that of the delta method: a sample moves the difference by its influence on one mean F1 less that on the
other (Takahashi et al. 2022 have it of one).  Few samples claim little, as with shares (Agresti and Min 2005): half a
sample is added to each of the four cells that both models' answers may fall into, spread over the classes alike; and
each class has half a sample more, as in the interval of one model (``metrics/macro_intervals.py``).
"""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np

from trasluz.metrics.classification import macro_f1_of, share
from trasluz.metrics.intervals import students_quantile
from trasluz.metrics.macro_intervals import delta_of_labels, possible, scale, worst_of_labels
from trasluz.metrics.multi_label import mean_scores

_CONFIDENCE = 0.95
_OTHER = -1  # an answer that is wrong, all other classes alike
Apart = tuple[float, float, float]


def paired_macro_f1(own: np.ndarray, reference: np.ndarray, labels: np.ndarray, classes: int) -> Apart:
    """Macro F1 of ``own`` less that of ``reference``, predictions int64 ``[n]``, n ≥ 1: ``(difference, low, high)``."""
    seen = np.zeros(classes, bool)
    for said in (own, reference, labels):
        seen[said] = True
    kept = possible(seen, len(labels))
    place, classes = np.cumsum(kept) - 1, int(kept.sum())
    keys, counts = np.unique((place[labels] * classes + place[own]) * classes + place[reference], return_counts=True)
    cells = np.stack(np.unravel_index(keys, (classes,) * 3))
    measured = _macro_f1(cells[0], cells[1], counts, classes) - _macro_f1(cells[0], cells[2], counts, classes)
    (true, said, other), weights = _with_added(cells, counts, classes)
    first, moved = _influence(true, said, weights, classes)
    second, moved_other = _influence(true, other, weights, classes)
    apart, whole = moved - moved_other, float(weights.sum())
    spread = float((weights * apart**2).sum()) / whole - (float((weights * apart).sum()) / whole) ** 2
    half = NormalDist().inv_cdf(0.5 + _CONFIDENCE / 2) * math.sqrt(max(spread, 0.0) / (len(labels) + 2))
    return _around(measured, first - second, half)


def paired_macro_f1_of_labels(own: np.ndarray, reference: np.ndarray, labels: np.ndarray) -> Apart:
    """The same of several labels per sample, bool ``[n, k]``, n ≥ 1.

    What is added is one sample that moves the mean as far as one can, with a weight of 1 / (m + 1) where m samples are
    answered differently, as in ``paired_scores``.
    """
    said = [mean_scores(labels, answers)["macro_f1"] for answers in (own, reference)]
    (first, moved, added), (second, moved_other, added_other) = (delta_of_labels(labels, a) for a in (own, reference))
    count, weight = len(labels), 1 / (int((own != reference).any(1).sum()) + 1)
    squares = count * float((moved - moved_other).var()) + weight * worst_of_labels(labels) ** 2
    # Both have the same answer more, right or wrong, so that only what differs between them counts.
    squares += abs(added - added_other)
    half = students_quantile(count, _CONFIDENCE) * math.sqrt(squares) / (count + 2 * weight) if count > 1 else 1.0
    return _around(said[0] - said[1], float(first.mean() - second.mean()), half)


def _around(measured: float, centre: float, half: float) -> Apart:
    return measured, min(max(centre - half, -1.0), measured), max(min(centre + half, 1.0), measured)


def _with_added(cells: np.ndarray, counts: np.ndarray, classes: int) -> tuple[np.ndarray, np.ndarray]:
    """The samples (truth, own, reference) ``[3, …]`` with their weights, and after them what is added to each class."""
    true, own, reference = cells
    sizes = np.bincount(true, counts, classes)
    right, other_right = own == true, reference == true
    cases = ((True, True), (True, False), (False, True), (False, False))
    each = np.arange(classes)
    answers, weights = [cells], [counts * scale(sizes)[true]]
    for one, two in cases:
        usual = float(counts[(right == one) & (other_right == two)].sum() / counts.sum())
        wrong = np.full(classes, _OTHER)
        answers.append(np.stack([each, each if one else wrong, each if two else wrong]))
        weights.append(usual * scale(sizes) + 0.5 / classes)
    return np.concatenate(answers, 1), np.concatenate(weights)


def _influence(true: np.ndarray, said: np.ndarray, weights: np.ndarray, classes: int) -> tuple[float, np.ndarray]:
    """Mean F1 of weighted answers, and how far a sample more of each of them would move it, times their weight."""
    right, named = true == said, said != _OTHER
    hits, sizes = np.bincount(true[right], weights[right], classes), np.bincount(true, weights, classes)
    elsewhere = np.bincount(true[~named], weights[~named], classes)
    predicted = np.bincount(said[named], weights[named], classes) + _of_others(elsewhere)
    f1 = share(2 * hits, sizes + predicted)
    weight = float(weights.sum()) / (sizes + predicted)
    pull = f1 * weight
    of_said = np.where(named, pull[said], _of_others(pull)[true])
    return float(f1.mean()), (2 * right * weight[true] - pull[true] - of_said) / classes


def _of_others(values: np.ndarray) -> np.ndarray:
    """For each class the mean of the other classes' ``values``."""
    found: np.ndarray = (values.sum() - values) / max(len(values) - 1, 1)
    return found


def _macro_f1(true: np.ndarray, said: np.ndarray, weights: np.ndarray, classes: int) -> float:
    hits = np.bincount(true[true == said], weights[true == said], classes)
    counts = np.stack([hits, np.bincount(said, weights, classes), np.bincount(true, weights, classes)])
    return macro_f1_of(counts)
