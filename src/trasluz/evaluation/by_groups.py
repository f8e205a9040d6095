"""Intervals of an evaluation whose samples come in groups: each number that has one gets one by groups, or none."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from trasluz.messages import Sentence, sentence
from trasluz.metrics import classification, multi_label
from trasluz.metrics.clustered import clustered_share, jackknife
from trasluz.metrics.reconstruction import psnr
from trasluz.metrics.roc import auc_interval_by_groups

Intervals = dict[str, tuple[float, float]]
_ALREADY = frozenset({"prior_mmd"})  # of which the number itself is by groups


def intervals_by_groups(arrays: Mapping[str, np.ndarray], intervals: Mapping[str, tuple[float, float]]) -> Intervals:
    """95 % intervals for the metrics that have one in ``intervals``, by ``arrays["groups"]`` int64 ``[n]``.

    ``arrays`` are an evaluation's records.  What can only be said as if samples were independent is left out, because
    it would be said too surely.
    """
    groups = arrays["groups"]
    found: Intervals = {}
    if "error" in arrays:
        found |= _of_reconstructions(arrays, groups)
    if "probabilities" in arrays and "labels" in arrays:
        labels, probabilities = arrays["labels"], arrays["probabilities"]
        if labels.ndim == 2:
            found |= _of_several_labels(probabilities, labels, groups)
        elif (labels >= 0).any():
            known = labels >= 0
            losses = arrays.get("log_loss")
            losses = classification.log_losses(probabilities, labels) if losses is None else losses
            found |= _of_labels(probabilities[known], labels[known], losses[known], groups[known])
    found |= {name: bounds for name, bounds in intervals.items() if name in _ALREADY}
    return {name: found[name] for name in intervals if name in found}


def note_on_groups(arrays: Mapping[str, np.ndarray]) -> Sentence:
    """How many samples of how many groups were evaluated."""
    groups = arrays["groups"]
    return sentence(
        "{count} samples of {groups} groups: the intervals are by groups, because samples of one group are alike.",
        count=len(groups),
        groups=len(np.unique(groups)),
    )


def _of_labels(probabilities: np.ndarray, labels: np.ndarray, losses: np.ndarray, groups: np.ndarray) -> Intervals:
    predicted, classes = probabilities.argmax(1), probabilities.shape[1]

    def macro_f1(positions: np.ndarray) -> float:
        confusion = classification.confusion_matrix(labels[positions], predicted[positions], classes)
        return float(classification.macro_f1(confusion))

    def log_loss(positions: np.ndarray) -> float:
        return float(losses[positions].mean())

    found = {"accuracy": clustered_share(predicted == labels, groups)}
    best = np.argsort(-probabilities, axis=1, kind="stable")[:, :5]
    found["top5_accuracy"] = clustered_share((best == labels[:, None]).any(1), groups)
    found |= _known("macro_f1", jackknife(macro_f1, groups, "share"))
    found |= _known("log_loss", jackknife(log_loss, groups, "positive"))
    positive = labels == 1
    if classes == 2 and positive.any() and not positive.all():
        found["roc_auc"] = auc_interval_by_groups(probabilities[:, 1], positive, groups)
    return found


def _of_several_labels(probabilities: np.ndarray, labels: np.ndarray, groups: np.ndarray) -> Intervals:
    predicted = probabilities > multi_label.THRESHOLD
    right = predicted == labels

    def macro_f1(positions: np.ndarray) -> float:
        return multi_label.mean_scores(labels[positions], predicted[positions])["macro_f1"]

    return {
        "subset_accuracy": clustered_share(right.all(1), groups),
        "label_accuracy": clustered_share(right.mean(1), groups),
        **_known("macro_f1", jackknife(macro_f1, groups, "share")),
    }


def _of_reconstructions(arrays: Mapping[str, np.ndarray], groups: np.ndarray) -> Intervals:
    found = _known("mse", jackknife(_mean_of(arrays["error"]), groups, "positive"))
    if "mse" in found:
        low, high = found["mse"]
        found["psnr"] = psnr(high), psnr(low)
    if "rounded" in arrays:
        found["rounded_accuracy"] = clustered_share(arrays["rounded"], groups)
    if "ssim" in arrays:
        scaled = jackknife(_mean_of((arrays["ssim"] + 1) / 2), groups, "share")  # SSIM lies between −1 and 1
        found |= {} if scaled is None else {"ssim": (2 * scaled[0] - 1, 2 * scaled[1] - 1)}
    return found


def _mean_of(values: np.ndarray) -> Callable[[np.ndarray], float]:
    return lambda positions: float(values[positions].mean(dtype=np.float64))


def _known(name: str, bounds: tuple[float, float] | None) -> Intervals:
    return {} if bounds is None else {name: bounds}
