"""What each sample contributes to a metric that is a mean over samples, so that two trials can be compared sample by
sample and a choice among many can be made again on some of them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from trasluz.metrics import classification, multi_label


def sample_scores(metric: str, records: Mapping[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray] | None:
    """Positions int64 ``[m]`` among the records of those samples that count, and the score of each, float64 ``[m]``:
    the more the better, so that losses and errors have their sign turned.

    ``records`` as ``Evaluation.arrays`` has them.  ``None`` for a metric that is no mean over samples, or whose records
    are not kept.
    """
    if metric in ("accuracy", "subset_accuracy", "log_loss") and "probabilities" in records and "labels" in records:
        return _classified(metric, records)
    turned = {"mse": ("error", -1.0), "rounded_accuracy": ("rounded", 1.0), "ssim": ("ssim", 1.0)}
    name, sign = turned.get(metric, ("", 0.0))
    if name not in records or not len(records[name]):
        return None
    return np.arange(len(records[name])), sign * records[name].astype(np.float64)


def _classified(metric: str, records: Mapping[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray] | None:
    answers, labels = records["probabilities"], records["labels"]
    if labels.ndim == 2:
        right = ((answers > multi_label.THRESHOLD) == labels).all(1)
        return (np.arange(len(labels)), right.astype(np.float64)) if metric == "subset_accuracy" else None
    known = np.flatnonzero(labels >= 0)
    if metric == "subset_accuracy" or not len(known):
        return None
    if metric == "accuracy":
        return known, (answers[known].argmax(1) == labels[known]).astype(np.float64)
    if "log_loss" in records:
        return known, -records["log_loss"].astype(np.float64)[known]
    if classification.only_names(answers):
        return None
    return known, -classification.log_losses(answers[known], labels[known])
