"""Differences of two models that were judged on the same samples: what makes a sample hard for both drops out.

Every difference is own − reference with its two-sided 95 % interval ``(difference, low, high)``; arrays are per-sample
records, row i of both being the same sample.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from statistics import NormalDist

import numpy as np

from trasluz.metrics import classification, multi_label
from trasluz.metrics.intervals import UNKNOWN, students_quantile, unbounded_mean
from trasluz.metrics.paired_macro import paired_macro_f1, paired_macro_f1_of_labels
from trasluz.metrics.reconstruction import psnr

Records = Mapping[str, np.ndarray]
Apart = tuple[float, float, float]
_CONFIDENCE = 0.95
_WIDTH = {"rounded": 1.0, "ssim": 2.0}  # of the range of a record


def paired_differences(own: Records, reference: Records) -> dict[str, Apart]:
    """What both sets of records (``Evaluation.arrays``) can be compared in, by the name of the metric.

    From ``probabilities`` beside ``labels``: accuracy, log loss and macro F1, or those of several labels per sample;
    from ``error``, ``rounded`` and ``ssim``: mse, psnr, rounded accuracy and SSIM.  Empty without a sample in common.
    """
    found: dict[str, Apart] = {}
    if _both(own, reference, "probabilities") and own["probabilities"].shape == reference["probabilities"].shape:
        found |= _classified(own, reference)
    if _both(own, reference, "error"):
        found["mse"] = paired_means(own["error"], reference["error"])
    if _both(own, reference, "rounded"):
        found["psnr"] = _psnr(own["error"], reference["error"])
    for record, metric in (("rounded", "rounded_accuracy"), ("ssim", "ssim")):
        if _both(own, reference, record):
            found[metric] = paired_scores(own[record], reference[record], _WIDTH[record])
    return found


def paired_means(own: np.ndarray, reference: np.ndarray) -> Apart:
    """Difference of the means of ``[n]``, n ≥ 1, with Student's t interval of the samples' differences; it is infinite
    where all of them are the same."""
    apart = own.astype(np.float64) - reference.astype(np.float64)
    return float(apart.mean()), *unbounded_mean(apart)


def paired_scores(own: np.ndarray, reference: np.ndarray, width: float = 1.0) -> Apart:
    """Difference of the means of scores ``[n]``, n ≥ 1, whose range is ``width`` wide; inside [−width, width].

    Agresti and Min's interval (``paired_proportions``) for scores between yes and no: Student's t with two more samples
    as far apart as can be, half of one each way, and two that agree.  Their weight is 1 / (m + 1) where m samples
    differ, so that few differences claim little and many speak for themselves.
    """
    apart = own.astype(np.float64) - reference.astype(np.float64)
    weight = 1 / (np.count_nonzero(apart) + 1)
    total, whole = float(apart.sum()), len(apart) + 2 * weight
    squares = float((apart**2).sum()) + weight * width**2 - total**2 / whole
    half = students_quantile(len(apart), _CONFIDENCE) * math.sqrt(max(squares, 0.0)) / whole
    return float(apart.mean()), max(total / whole - half, -width), min(total / whole + half, width)


def paired_proportions(own: np.ndarray, reference: np.ndarray) -> Apart:
    """Difference of two shares of the same samples, bool ``[n]``, with the adjusted Wald interval.

    Agresti and Min (2005), "Simple improved confidence intervals for comparing matched proportions", section 3: half a
    sample is added to each of the four cells, so that few disagreements claim little.
    """
    gained, lost = int((own & ~reference).sum()), int((~own & reference).sum())
    count = len(own)
    z = NormalDist().inv_cdf(0.5 + _CONFIDENCE / 2)
    centre = (gained - lost) / (count + 2)
    half = z * math.sqrt(gained + lost + 1 - (gained - lost) ** 2 / (count + 2)) / (count + 2)
    return (gained - lost) / count, max(centre - half, -1.0), min(centre + half, 1.0)


def _both(own: Records, reference: Records, name: str) -> bool:
    return name in own and name in reference and len(own[name]) > 0


def _classified(own: Records, reference: Records) -> dict[str, Apart]:
    labels, answers, others = reference["labels"], own["probabilities"], reference["probabilities"]
    if labels.ndim == 2:
        return _several_labels(answers > multi_label.THRESHOLD, others > multi_label.THRESHOLD, labels)
    known = labels >= 0
    if not known.any():
        return {}
    truth, said, other = labels[known], answers[known].argmax(1), others[known].argmax(1)
    found = {
        "accuracy": paired_proportions(said == truth, other == truth),
        "macro_f1": paired_macro_f1(said, other, truth, answers.shape[1]),
    }
    losses = [_log_losses(records, labels, _both(own, reference, "log_loss")) for records in (own, reference)]
    if losses[0] is not None and losses[1] is not None:
        found["log_loss"] = paired_means(losses[0][known], losses[1][known])
    return found


def _log_losses(records: Records, labels: np.ndarray, recorded: bool) -> np.ndarray | None:
    """Log loss of each sample ``[n]``, as ``recorded`` of both models or from probabilities; ``None`` without any."""
    if recorded:
        return records["log_loss"]
    if classification.only_names(records["probabilities"]):
        return None
    return classification.log_losses(records["probabilities"], labels)


def _several_labels(own: np.ndarray, reference: np.ndarray, labels: np.ndarray) -> dict[str, Apart]:
    return {
        "subset_accuracy": paired_proportions((own == labels).all(1), (reference == labels).all(1)),
        "label_accuracy": paired_scores((own == labels).mean(1), (reference == labels).mean(1)),
        "macro_f1": paired_macro_f1_of_labels(own, reference, labels),
    }


def _psnr(own: np.ndarray, reference: np.ndarray) -> Apart:
    """Difference of the ratios of the mean errors, in dB: Student's t, a sample's part by the delta method."""
    means = [float(errors.mean(dtype=np.float64)) for errors in (own, reference)]
    apart = psnr(means[0]) - psnr(means[1])
    if min(means) <= 0:
        return apart, *UNKNOWN
    parts = (reference.astype(np.float64) / means[1] - own.astype(np.float64) / means[0]) * 10 / math.log(10)
    low, high = unbounded_mean(parts)
    return apart, apart + low, apart + high
