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
from trasluz.metrics.intervals import bootstrap, bootstrap_confusion, mean_interval
from trasluz.metrics.reconstruction import psnr
from trasluz.rng import Rng

Records = Mapping[str, np.ndarray]
Apart = tuple[float, float, float]
_CONFIDENCE = 0.95
_LEAST = float(np.finfo(np.float32).eps)  # as in the log loss of each model


def paired_differences(own: Records, reference: Records, rng: Rng) -> dict[str, Apart]:
    """What both sets of records (``Evaluation.arrays``) can be compared in, by the name of the metric.

    From ``probabilities`` beside ``labels``: accuracy, log loss and macro F1, or those of several labels per sample;
    from ``error``, ``rounded`` and ``ssim``: mse, psnr, rounded accuracy and SSIM.  Empty without a sample in common.
    """
    found: dict[str, Apart] = {}
    if _both(own, reference, "probabilities") and own["probabilities"].shape == reference["probabilities"].shape:
        found |= _classified(own["probabilities"], reference["probabilities"], reference["labels"], rng)
    if _both(own, reference, "error"):
        found["mse"] = paired_means(own["error"], reference["error"])
    if _both(own, reference, "rounded"):
        found["psnr"] = _psnr(own["error"], reference["error"], rng)
    for record, metric in (("rounded", "rounded_accuracy"), ("ssim", "ssim")):
        if _both(own, reference, record):
            found[metric] = paired_means(own[record], reference[record])
    return found


def paired_means(own: np.ndarray, reference: np.ndarray) -> Apart:
    """Difference of the means of ``[n]``, n ≥ 1, with Student's t interval of the samples' differences."""
    return mean_interval((own.astype(np.float64) - reference.astype(np.float64)).tolist())


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


def paired_macro_f1(own: np.ndarray, reference: np.ndarray, labels: np.ndarray, classes: int, rng: Rng) -> Apart:
    """Difference of macro F1 of two predictions int64 ``[n]``, with the percentile bootstrap of the same samples.

    A resample is one multinomial draw over the triples (truth, own, reference) that occur, whatever n.
    """
    triples = (labels * classes + own) * classes + reference
    cells, counts = np.unique(triples, return_counts=True)
    true, said, other = cells // classes**2, cells // classes % classes, cells % classes

    def apart(weights: np.ndarray) -> float:
        return _macro_f1(true, said, weights, classes) - _macro_f1(true, other, weights, classes)

    low, high = bootstrap_confusion(apart, counts, rng, _CONFIDENCE)
    return apart(counts), low, high


def _macro_f1(true: np.ndarray, said: np.ndarray, weights: np.ndarray, classes: int) -> float:
    hits = np.bincount(true[true == said], weights[true == said], classes)
    counts = np.stack([hits, np.bincount(said, weights, classes), np.bincount(true, weights, classes)])
    return classification.macro_f1_of(counts)


def _both(own: Records, reference: Records, name: str) -> bool:
    return name in own and name in reference and len(own[name]) > 0


def _classified(own: np.ndarray, reference: np.ndarray, labels: np.ndarray, rng: Rng) -> dict[str, Apart]:
    if labels.ndim == 2:
        return _several_labels(own > multi_label.THRESHOLD, reference > multi_label.THRESHOLD, labels, rng)
    known = labels >= 0
    own, reference, labels = own[known], reference[known], labels[known]
    if not len(labels):
        return {}
    said, other = own.argmax(1), reference.argmax(1)
    return {
        "accuracy": paired_proportions(said == labels, other == labels),
        "macro_f1": paired_macro_f1(said, other, labels, own.shape[1], rng),
        "log_loss": paired_means(_surprise(own, labels), _surprise(reference, labels)),
    }


def _surprise(probabilities: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """−log p of the true class in nats, ``[n]``."""
    chosen = probabilities[np.arange(len(labels)), labels].astype(np.float64)
    found: np.ndarray = -np.log(np.maximum(chosen, _LEAST))
    return found


def _several_labels(own: np.ndarray, reference: np.ndarray, labels: np.ndarray, rng: Rng) -> dict[str, Apart]:
    def apart(rows: np.ndarray) -> float:
        truth = labels[rows]
        scores = [multi_label.mean_scores(truth, said[rows])["macro_f1"] for said in (own, reference)]
        return scores[0] - scores[1]

    return {
        "subset_accuracy": paired_proportions((own == labels).all(1), (reference == labels).all(1)),
        "label_accuracy": paired_means((own == labels).mean(1), (reference == labels).mean(1)),
        "macro_f1": (apart(np.arange(len(labels))), *bootstrap(apart, len(labels), rng)),
    }


def _psnr(own: np.ndarray, reference: np.ndarray, rng: Rng) -> Apart:
    """Difference of the ratios of the mean errors, in dB, with the percentile bootstrap of the same samples."""
    wide = own.astype(np.float64), reference.astype(np.float64)

    def apart(rows: np.ndarray) -> float:
        return psnr(float(wide[0][rows].mean())) - psnr(float(wide[1][rows].mean()))

    low, high = bootstrap(apart, len(own), rng)
    return apart(np.arange(len(own))), low, high
