"""How good a classifier is, one label per sample: counts, shares and probabilities from arrays.

``labels`` and ``predicted`` are indices into the classes.  A share without anything to share out (precision of a
class that was never predicted, recall of one that never occurs) is 0, as scikit-learn's ``zero_division=0``.
Means over classes leave out a class that neither occurs nor was predicted, as scikit-learn's defaults do.
"""

from __future__ import annotations

import numpy as np

from trasluz.messages import N_
from trasluz.metrics.described import Metric

METRICS = {
    "accuracy": Metric(N_("Accuracy"), "share", "higher"),
    "top5_accuracy": Metric(N_("Top-5 accuracy"), "share", "higher"),
    "precision": Metric(N_("Precision"), "share", "higher"),
    "recall": Metric(N_("Recall"), "share", "higher"),
    "f1": Metric(N_("F1"), "share", "higher"),
    "macro_precision": Metric(N_("Precision (macro)"), "share", "higher"),
    "macro_recall": Metric(N_("Recall (macro)"), "share", "higher"),
    "macro_f1": Metric(N_("F1 (macro)"), "share", "higher"),
    "support": Metric(N_("Images"), "count", "neither"),
    "log_loss": Metric(N_("Log loss"), "number", "lower", least=0.0),
}

_LEAST = float(np.finfo(np.float32).tiny)  # probabilities are float32, which hold nothing smaller in full


def confusion_matrix(labels: np.ndarray, predicted: np.ndarray, classes: int) -> np.ndarray:
    """Counts int64 ``[classes, classes]``: rows are true classes, columns predicted ones."""
    cells = np.asarray(labels, np.int64) * classes + np.asarray(predicted, np.int64)
    return np.bincount(cells, minlength=classes * classes).reshape(classes, classes).astype(np.int64)


def accuracy(confusion: np.ndarray) -> float:
    """Share of samples on the diagonal."""
    return float(np.trace(confusion) / confusion.sum())


def class_scores(confusion: np.ndarray) -> dict[str, np.ndarray]:
    """``precision``, ``recall``, ``f1`` (float64) and ``support`` (int64) of each class, ``[classes]``."""
    hits = np.diag(confusion)
    return scores(hits, confusion.sum(0) - hits, confusion.sum(1) - hits)


def scores(hits: np.ndarray, false_alarms: np.ndarray, misses: np.ndarray) -> dict[str, np.ndarray]:
    """``precision``, ``recall``, ``f1`` and ``support`` from true positives, false positives and false negatives."""
    return {
        "precision": share(hits, hits + false_alarms),
        "recall": share(hits, hits + misses),
        "f1": share(2 * hits, 2 * hits + false_alarms + misses),
        "support": hits + misses,
    }


def macro_scores(confusion: np.ndarray) -> dict[str, float]:
    """``macro_precision``, ``macro_recall``, ``macro_f1``: means over the classes that occur or were predicted."""
    each = class_scores(confusion)
    seen = (confusion.sum(0) + confusion.sum(1)) > 0
    return {f"macro_{name}": float(each[name][seen].mean()) for name in ("precision", "recall", "f1")}


def macro_f1_of(counts: np.ndarray, unseen: bool = False) -> float:
    """Mean F1 over classes from ``counts`` ``[3, classes]`` (hits, predicted, true), in any unit.

    Classes that neither occur nor were predicted are left out, or with ``unseen`` count 0; without any class it is 0.
    """
    hits, predicted, true = counts
    each = scores(hits, predicted - hits, true - hits)["f1"]
    kept = each if unseen else each[(predicted + true) > 0]
    return float(kept.mean()) if len(kept) else 0.0


def macro_f1(confusion: np.ndarray) -> float:
    """Mean F1 over the classes that occur or were predicted."""
    return macro_scores(confusion)["macro_f1"]


def log_losses(probabilities: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """−log p(true class) in nats of each sample, float64 ``[n]``, where only ``probabilities`` ``[n, classes]`` are
    known; one of 0 counts as the smallest normal float32 number, 87.3 nats.

    Where scores before softmax are known their log-softmax is taken instead, which loses nothing
    (``families/_labels.py`` records it as ``log_loss``).
    """
    chosen = probabilities[np.arange(len(labels)), labels].astype(np.float64)
    return np.asarray(-np.log(np.maximum(chosen, _LEAST)))


def only_names(probabilities: np.ndarray) -> bool:
    """Whether a model only names classes: all its probabilities are 0 or 1, so that log loss has no meaning."""
    return bool(((probabilities == 0) | (probabilities == 1)).all())


def top_k_accuracy(probabilities: np.ndarray, labels: np.ndarray, k: int) -> float:
    """Share of samples whose true class is among the ``k`` most probable; ties go to the lower class number."""
    chosen = np.argsort(-probabilities, axis=1, kind="stable")[:, :k]
    return float((chosen == labels[:, None]).any(1).mean())


def share(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """``part / whole`` in float64, 0 where ``whole`` is 0."""
    found = np.zeros(part.shape, np.float64)
    np.divide(part, whole, out=found, where=whole > 0)
    return found
