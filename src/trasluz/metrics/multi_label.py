"""How good a classifier is, several labels per sample: every label is a yes-or-no question of its own.

``labels`` and ``predicted`` are bool ``[n, classes]``.  Shares of nothing are 0, as scikit-learn's
``zero_division=0``; means over classes go over all classes.
"""

from __future__ import annotations

import numpy as np

from trasluz.messages import N_
from trasluz.metrics.classification import scores
from trasluz.metrics.described import Metric

METRICS = {
    "subset_accuracy": Metric(N_("Images with all labels right"), "share", "higher"),
    "label_accuracy": Metric(N_("Labels that are right"), "share", "higher"),
    "micro_precision": Metric(N_("Precision (micro)"), "share", "higher"),
    "micro_recall": Metric(N_("Recall (micro)"), "share", "higher"),
    "micro_f1": Metric(N_("F1 (micro)"), "share", "higher"),
}

THRESHOLD = 0.5


def class_scores(labels: np.ndarray, predicted: np.ndarray) -> dict[str, np.ndarray]:
    """``precision``, ``recall``, ``f1`` and ``support`` of each label, ``[classes]``."""
    return scores(*_counts(labels, predicted))


def mean_scores(labels: np.ndarray, predicted: np.ndarray) -> dict[str, float]:
    """``subset_accuracy`` (all labels of a sample right), ``label_accuracy``, and macro and micro P, R and F1.

    ``label_accuracy`` is the share of right answers over all samples and labels: 1 − Hamming loss.
    """
    counts = _counts(labels, predicted)
    each = scores(*counts)
    together = scores(*(np.atleast_1d(part.sum()) for part in counts))
    right = labels == predicted
    names = ("precision", "recall", "f1")
    return {
        "subset_accuracy": float(right.all(1).mean()),
        "label_accuracy": float(right.mean()),
        **{f"macro_{name}": float(each[name].mean()) for name in names},
        **{f"micro_{name}": float(together[name][0]) for name in names},
    }


def _counts(labels: np.ndarray, predicted: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """True positives, false positives and false negatives of each label."""
    return (labels & predicted).sum(0), (~labels & predicted).sum(0), (labels & ~predicted).sum(0)
