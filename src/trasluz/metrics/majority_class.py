"""The yardstick of classifiers: always giving the answer that is most frequent among the training labels."""

from __future__ import annotations

import numpy as np

from trasluz.messages import N_
from trasluz.metrics import multi_label
from trasluz.metrics.classification import accuracy, confusion_matrix, macro_f1
from trasluz.metrics.clustered import hits_interval

BASELINES = {"majority class": N_("Most frequent class")}


def majority_class(
    train: np.ndarray, labels: np.ndarray, classes: int, groups: np.ndarray | None = None
) -> dict[str, float]:
    """``accuracy`` with its 95 % interval (``accuracy_low``, ``accuracy_high``), ``macro_f1`` and the ``class``.

    ``train`` and ``labels``: int64 indices ``[m]`` and ``[n]``, at least one each; ties go to the lower class.
    ``groups``: int64 ``[n]``, by which the interval is taken, if any.
    """
    answer = int(np.bincount(train, minlength=classes).argmax())
    confusion = confusion_matrix(labels, np.full(len(labels), answer), classes)
    low, high = hits_interval(labels == answer, groups)
    return {
        "accuracy": accuracy(confusion),
        "accuracy_low": low,
        "accuracy_high": high,
        "macro_f1": macro_f1(confusion),
        "class": float(answer),
    }


def majority_labels(train: np.ndarray, labels: np.ndarray) -> dict[str, float]:
    """The scores of ``multi_label.mean_scores`` when each label gets its more frequent answer among ``train``.

    ``train`` and ``labels``: bool ``[m, classes]`` and ``[n, classes]``; an even split answers no.
    """
    answer = train.mean(0) > 0.5
    return multi_label.mean_scores(labels, np.broadcast_to(answer, labels.shape))
