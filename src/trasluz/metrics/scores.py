"""All numbers of one kind of answer, put together from per-sample records: what a page about it shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from trasluz.messages import Sentence, sentence, sentence_n
from trasluz.metrics import classification, multi_label
from trasluz.metrics.calibration import expected_calibration_error, reliability
from trasluz.metrics.described import metric
from trasluz.metrics.intervals import UNKNOWN, bounded_mean, positive_mean, wilson
from trasluz.metrics.latent import prior_mmd
from trasluz.metrics.macro_intervals import macro_f1_interval, macro_f1_interval_of_labels
from trasluz.metrics.reconstruction import psnr
from trasluz.metrics.roc import auc_interval, average_precision
from trasluz.rng import Rng

_MANY_CLASSES = 10  # beyond which it is worth knowing whether the truth is among the best five


@dataclass(frozen=True)
class Scores:
    """Metrics with their 95 % intervals, where samples say anything about them, and where there are classes, the
    numbers of each and their confusion."""

    metrics: dict[str, float]
    intervals: dict[str, tuple[float, float]] = field(default_factory=dict)
    per_class: dict[str, dict[str, float]] | None = None
    confusion: np.ndarray | None = None
    calibration: dict[str, list[float]] | None = None
    notes: tuple[str, ...] = ()


def classifier_scores(
    probabilities: np.ndarray, labels: np.ndarray, classes: tuple[str, ...], losses: np.ndarray | None = None
) -> Scores:
    """Scores of one label per sample: ``probabilities`` ``[n, k]``, ``labels`` int64 ``[n]``, −1 for no label.

    Samples without a label are left out, and a note says how many; at least one sample must have one.  Of two
    classes that both occur come ``roc_auc`` and ``average_precision``, with the second class as the positive one.
    ``losses`` ``[n]``: −log p of each sample's class, as scores before softmax give it; without them it is taken from
    the probabilities, and there is no log loss where these only name classes.
    """
    labelled = labels >= 0
    missing = int((~labelled).sum())
    probabilities, labels = probabilities[labelled], labels[labelled]
    predicted = probabilities.argmax(1)
    confidence, right = probabilities.max(1), predicted == labels
    confusion = classification.confusion_matrix(labels, predicted, len(classes))
    metrics = {"accuracy": classification.accuracy(confusion), **classification.macro_scores(confusion)}
    intervals = {"accuracy": wilson(int(right.sum()), len(right)), "macro_f1": macro_f1_interval(confusion)}
    surprises = None if losses is None else losses[labelled]
    if surprises is None and not classification.only_names(probabilities):
        surprises = classification.log_losses(probabilities, labels)
    if surprises is not None:
        metrics["log_loss"] = float(surprises.mean(dtype=np.float64))
        intervals["log_loss"] = positive_mean(surprises)
    metrics["calibration_error"] = expected_calibration_error(confidence, right)
    if len(classes) > _MANY_CLASSES:
        metrics["top5_accuracy"] = classification.top_k_accuracy(probabilities, labels, 5)
        intervals["top5_accuracy"] = wilson(round(metrics["top5_accuracy"] * len(right)), len(right))
    if len(classes) == 2 and len(np.unique(labels)) == 2:
        metrics["roc_auc"], *bounds = auc_interval(probabilities[:, 1], labels == 1)
        metrics["average_precision"] = average_precision(probabilities[:, 1], labels == 1)
        intervals["roc_auc"] = (bounds[0], bounds[1])
    return Scores(
        metrics,
        _known(intervals),
        _by_class(classification.class_scores(confusion), classes),
        confusion,
        reliability(confidence, right),
        (*_without_label(missing), *_only_names(surprises)),
    )


def multi_label_scores(probabilities: np.ndarray, labels: np.ndarray, classes: tuple[str, ...]) -> Scores:
    """Scores of several labels per sample: ``probabilities`` ``[n, k]``, ``labels`` bool ``[n, k]``, n ≥ 1.

    A label is predicted above one half.  Calibration is that of every yes-or-no answer.
    """
    predicted = probabilities > multi_label.THRESHOLD
    right = predicted == labels
    confidence = np.maximum(probabilities, 1 - probabilities).ravel()
    all_right = right.all(1)
    return Scores(
        {
            **multi_label.mean_scores(labels, predicted),
            "calibration_error": expected_calibration_error(confidence, right.ravel()),
        },
        {
            "subset_accuracy": wilson(int(all_right.sum()), len(all_right)),
            "label_accuracy": bounded_mean(right.mean(1)),
            "macro_f1": macro_f1_interval_of_labels(labels, predicted),
        },
        _by_class(multi_label.class_scores(labels, predicted), classes),
        calibration=reliability(confidence, right.ravel()),
    )


def reconstruction_scores(records: Mapping[str, np.ndarray]) -> Scores:
    """Scores from ``error`` (mean squared error) and, where defined, ``rounded`` and ``ssim`` of each sample, ``[n]``.

    PSNR supposes values in [0, 1], as ``rounded`` does, and goes with it; its interval is that of the error.
    """
    error = records["error"]
    low, high = positive_mean(error)
    metrics = {"mse": float(error.mean(dtype=np.float64))}
    intervals = {"mse": (low, high)}
    if "rounded" in records:
        metrics["psnr"] = psnr(metrics["mse"])
        intervals["psnr"] = (psnr(high), psnr(low)) if (low, high) != UNKNOWN else UNKNOWN
    for record, name in (("rounded", "rounded_accuracy"), ("ssim", "ssim")):
        if record in records:
            metrics[name] = float(records[record].mean(dtype=np.float64))
            intervals[name] = bounded_mean(records[record], *_ends(name))
    return Scores(metrics, _known(intervals))


def latent_scores(latents: np.ndarray, rng: Rng, groups: np.ndarray | None = None) -> Scores:
    """``prior_mmd``: how far codes ``[n, d]``, n ≥ 2, one draw from each posterior, are from the standard normal; over
    pairs of different ``groups`` int64 ``[n]``, where there are some."""
    value, bounds = prior_mmd(latents, rng, groups=groups)
    return Scores({"prior_mmd": value}, _known({"prior_mmd": bounds}))


def _known(intervals: Mapping[str, tuple[float, float]]) -> dict[str, tuple[float, float]]:
    """Those that samples say anything about."""
    return {name: bounds for name, bounds in intervals.items() if bounds != UNKNOWN}


def _ends(name: str) -> tuple[float, float]:
    """The least and the largest value of a metric that has both."""
    described = metric(name)
    assert described is not None, "our own metrics are described"
    least, most = described.bounds
    assert least is not None, "a bounded score has two ends"
    assert most is not None, "a bounded score has two ends"
    return least, most


def _by_class(each: Mapping[str, np.ndarray], classes: tuple[str, ...]) -> dict[str, dict[str, float]]:
    return {name: {score: float(values[i]) for score, values in each.items()} for i, name in enumerate(classes)}


def _without_label(missing: int) -> tuple[Sentence, ...]:
    if not missing:
        return ()
    return (
        sentence_n(
            "{n} image has no label and is left out of the scores.",
            "{n} images have no label and are left out of the scores.",
            missing,
        ),
    )


def _only_names(surprises: np.ndarray | None) -> tuple[Sentence, ...]:
    if surprises is not None:
        return ()
    return (sentence("There is no log loss: this model names a class and gives no probabilities."),)
