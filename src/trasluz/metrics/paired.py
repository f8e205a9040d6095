"""Differences of two models that were judged on the same samples: what makes a sample hard for both drops out.

Every difference is own − reference with its two-sided 95 % interval ``(difference, low, high)``; arrays are per-sample
records, row i of both being the same sample.  Where samples come in ``groups``, int64 ``[n]``, the intervals are by
these (``clustered.py``): differences of a group go together, so that each counts for as many pairs as it is worth, or
the jackknife leaves out a group at a time.  Of a single group nothing is known.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from statistics import NormalDist

import numpy as np

from trasluz.metrics import classification, multi_label
from trasluz.metrics.clustered import effective_pairs, jackknife
from trasluz.metrics.intervals import UNKNOWN, students_quantile, unbounded_mean
from trasluz.metrics.paired_macro import paired_macro_f1, paired_macro_f1_of_labels
from trasluz.metrics.reconstruction import psnr

Records = Mapping[str, np.ndarray]
Apart = tuple[float, float, float]
_CONFIDENCE = 0.95
_Z = NormalDist().inv_cdf(0.5 + _CONFIDENCE / 2)
_WIDTH = {"rounded": 1.0, "ssim": 2.0}  # of the range of a record


def paired_differences(own: Records, reference: Records, groups: np.ndarray | None = None) -> dict[str, Apart]:
    """What both sets of records (``Evaluation.arrays``) can be compared in, by the name of the metric.

    From ``probabilities`` beside ``labels``: accuracy, log loss and macro F1, or those of several labels per sample;
    from ``error``, ``rounded`` and ``ssim``: mse, psnr, rounded accuracy and SSIM.  Empty without a sample in common.
    """
    found: dict[str, Apart] = {}
    if _both(own, reference, "probabilities") and own["probabilities"].shape == reference["probabilities"].shape:
        found |= _classified(own, reference, groups)
    if _both(own, reference, "error"):
        found["mse"] = paired_means(own["error"], reference["error"], groups)
    if _both(own, reference, "rounded"):
        found["psnr"] = _psnr(own["error"], reference["error"], groups)
    for record, metric in (("rounded", "rounded_accuracy"), ("ssim", "ssim")):
        if _both(own, reference, record):
            found[metric] = paired_scores(own[record], reference[record], _WIDTH[record], groups)
    return found


def paired_means(own: np.ndarray, reference: np.ndarray, groups: np.ndarray | None = None) -> Apart:
    """Difference of the means of ``[n]``, n ≥ 1, with Student's t interval of the samples' differences; it is infinite
    where all of them are the same."""
    apart = own.astype(np.float64) - reference.astype(np.float64)
    if groups is not None:
        return _left_out(lambda positions: float(apart[positions].mean()), groups)
    return float(apart.mean()), *unbounded_mean(apart)


def paired_scores(
    own: np.ndarray, reference: np.ndarray, width: float = 1.0, groups: np.ndarray | None = None
) -> Apart:
    """Difference of the means of scores ``[n]``, n ≥ 1, whose range is ``width`` wide; inside [−width, width].

    Agresti and Min's interval (``paired_proportions``) for scores between yes and no: Student's t with two more samples
    as far apart as can be, half of one each way, and two that agree.  Their weight is 1 / (m + 1) where m samples
    differ, so that few differences claim little and many speak for themselves.
    """
    apart = own.astype(np.float64) - reference.astype(np.float64)
    worth, quantile = _worth(apart, groups), students_quantile(len(apart), _CONFIDENCE) if groups is None else _Z
    weight = 1 / (np.count_nonzero(apart) * worth + 1)
    total, whole = float(apart.sum()) * worth, len(apart) * worth + 2 * weight
    squares = float((apart**2).sum()) * worth + weight * width**2 - total**2 / whole
    half = quantile * math.sqrt(max(squares, 0.0)) / whole if worth else math.inf
    return float(apart.mean()), max(total / whole - half, -width), min(total / whole + half, width)


def paired_proportions(own: np.ndarray, reference: np.ndarray, groups: np.ndarray | None = None) -> Apart:
    """Difference of two shares of the same samples, bool ``[n]``, with the adjusted Wald interval.

    Agresti and Min (2005), "Simple improved confidence intervals for comparing matched proportions", section 3: half a
    sample is added to each of the four cells, so that few disagreements claim little.
    """
    apart = own.astype(np.float64) - reference.astype(np.float64)
    worth = _worth(apart, groups)
    if not worth:
        return float(apart.mean()), -1.0, 1.0
    total, differ, count = float(apart.sum()) * worth, float((apart**2).sum()) * worth, len(apart) * worth
    centre = total / (count + 2)
    half = _Z * math.sqrt(differ + 1 - total**2 / (count + 2)) / (count + 2)
    return float(apart.mean()), max(centre - half, -1.0), min(centre + half, 1.0)


def _worth(apart: np.ndarray, groups: np.ndarray | None) -> float:
    """How many independent pairs each of the differences ``[n]`` counts for; 0 where there is a single group."""
    if groups is None:
        return 1.0
    return effective_pairs(apart, groups, _CONFIDENCE) / len(apart) if len(np.unique(groups)) > 1 else 0.0


def _left_out(
    apart: Callable[[np.ndarray], float], groups: np.ndarray, least: float = -math.inf, most: float = math.inf
) -> Apart:
    """A difference computed from positions, with its jackknife by groups; unknown where that shows no spread."""
    value = apart(np.arange(len(groups)))
    found = jackknife(apart, groups, "any", _CONFIDENCE)
    if found is None or found[0] == found[1]:
        return value, least, most
    return value, max(found[0], least), min(found[1], most)


def _macro_f1_by_groups(
    own: np.ndarray, reference: np.ndarray, labels: np.ndarray, classes: int, groups: np.ndarray
) -> Apart:
    def macro_f1(said: np.ndarray, truth: np.ndarray) -> float:
        counts = [np.bincount(which, minlength=classes) for which in (truth[truth == said], said, truth)]
        return classification.macro_f1_of(np.stack(counts))

    return _left_out(lambda at: macro_f1(own[at], labels[at]) - macro_f1(reference[at], labels[at]), groups, -1.0, 1.0)


def _both(own: Records, reference: Records, name: str) -> bool:
    return name in own and name in reference and len(own[name]) > 0


def _classified(own: Records, reference: Records, groups: np.ndarray | None) -> dict[str, Apart]:
    labels, answers, others = reference["labels"], own["probabilities"], reference["probabilities"]
    if labels.ndim == 2:
        return _several_labels(answers > multi_label.THRESHOLD, others > multi_label.THRESHOLD, labels, groups)
    known = labels >= 0
    if not known.any():
        return {}
    among = None if groups is None else groups[known]
    truth, said, other = labels[known], answers[known].argmax(1), others[known].argmax(1)
    found = {
        "accuracy": paired_proportions(said == truth, other == truth, among),
        "macro_f1": paired_macro_f1(said, other, truth, answers.shape[1])
        if among is None
        else _macro_f1_by_groups(said, other, truth, answers.shape[1], among),
    }
    losses = [_log_losses(records, labels, _both(own, reference, "log_loss")) for records in (own, reference)]
    if losses[0] is not None and losses[1] is not None:
        found["log_loss"] = paired_means(losses[0][known], losses[1][known], among)
    return found


def _log_losses(records: Records, labels: np.ndarray, recorded: bool) -> np.ndarray | None:
    """Log loss of each sample ``[n]``, as ``recorded`` of both models or from probabilities; ``None`` without any."""
    if recorded:
        return records["log_loss"]
    if classification.only_names(records["probabilities"]):
        return None
    return classification.log_losses(records["probabilities"], labels)


def _several_labels(
    own: np.ndarray, reference: np.ndarray, labels: np.ndarray, groups: np.ndarray | None
) -> dict[str, Apart]:
    def apart(rows: np.ndarray) -> float:
        truth = labels[rows]
        scores = [multi_label.mean_scores(truth, said[rows])["macro_f1"] for said in (own, reference)]
        return scores[0] - scores[1]

    return {
        "subset_accuracy": paired_proportions((own == labels).all(1), (reference == labels).all(1), groups),
        "label_accuracy": paired_scores((own == labels).mean(1), (reference == labels).mean(1), groups=groups),
        "macro_f1": paired_macro_f1_of_labels(own, reference, labels)
        if groups is None
        else _left_out(apart, groups, -1.0, 1.0),
    }


def _psnr(own: np.ndarray, reference: np.ndarray, groups: np.ndarray | None) -> Apart:
    """Difference of the ratios of the mean errors, in dB: Student's t, a sample's part by the delta method."""
    means = [float(errors.mean(dtype=np.float64)) for errors in (own, reference)]
    apart = psnr(means[0]) - psnr(means[1])
    if min(means) <= 0:
        return apart, *UNKNOWN
    if groups is not None:
        errors = own.astype(np.float64), reference.astype(np.float64)
        return _left_out(lambda at: psnr(float(errors[0][at].mean())) - psnr(float(errors[1][at].mean())), groups)
    parts = (reference.astype(np.float64) / means[1] - own.astype(np.float64) / means[0]) * 10 / math.log(10)
    low, high = unbounded_mean(parts)
    return apart, apart + low, apart + high
