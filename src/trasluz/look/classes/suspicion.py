"""Suspicion: which labels are suspect, how many of these are expected to be right, and when nothing is suspected.

A probe that hardly tells the classes apart has no say about labels.  How well it does is the area under its ROC curve
on samples that it was not taught.  Wrong labels pull that area towards one half although the probe is good; of labels
of which the share a of the positive and b of the negative ones is wrong (Menon et al. 2015, "Learning from Corrupted
Binary Labels via Class-Probability Estimation", corollary 3)

    measured − 1/2 = (1 − a − b) · (cleared − 1/2),

so that it is the cleared area that must be large.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from trasluz.look.classes.label_noise import LabelNoise, label_noise
from trasluz.metrics.roc import auc_interval

Trust = Literal["good", "weak", "chance"]
_LEAST_CLEARED = 0.9  # of a probe that may suspect: below, hard pictures are too many to be told from wrong labels
_LIKELY = 0.5  # of being wrong: more likely than not


@dataclass(frozen=True)
class Suspicion:
    """``noise``: the fitted model.  ``auc``: mean area under the curves of each class against the others, with its
    interval; ``cleared``: the same without the noise that there surely is.  ``trust``: whether the probe may suspect.

    ``suspects``: places of labels that are more likely wrong than not, int64 ``[s]``, the likeliest first; none where
    the probe may not.  ``false_alarms``: how many of them are expected to be right, the sum of their probabilities.
    """

    noise: LabelNoise
    auc: tuple[float, float, float]
    cleared: float
    trust: Trust
    suspects: np.ndarray

    @property
    def false_alarms(self) -> float:
        """The expected number of suspects whose label is right."""
        return float((1 - self.noise.wrong[self.suspects]).sum())


def suspicion(scores: np.ndarray, labels: np.ndarray) -> Suspicion:
    """What out-of-fold ``scores`` ``[n, k]`` say of ``labels`` int64 ``[n]``, every class of which has samples."""
    noise = label_noise(scores, labels)
    auc = _area(noise.belief, labels)
    cleared = _cleared(auc[0], noise.low, np.bincount(labels, minlength=scores.shape[1]) / len(labels))
    trust: Trust = "chance" if auc[1] <= 0.5 else "good" if cleared >= _LEAST_CLEARED else "weak"
    order = noise.order
    suspects = order[noise.wrong[order] >= _LIKELY] if trust == "good" else order[:0]
    return Suspicion(noise, auc, cleared, trust, suspects)


def _area(belief: np.ndarray, labels: np.ndarray) -> tuple[float, float, float]:
    """The mean over classes of the area under the curve and of both ends of its interval."""
    each = [auc_interval(belief[:, label], labels == label) for label in range(belief.shape[1])]
    area, low, high = np.mean(each, axis=0)
    return float(area), float(low), float(high)


def _cleared(area: float, rate: float, shares: np.ndarray) -> float:
    """``area`` without a ``rate`` of wrong labels that are spread evenly over the other classes, at most 1.

    Then the share a = ``rate`` of a class's labels is wrong, and b = rate · share / (1 − share) of the others' labels
    should be its own.
    """
    kept = float((1 - rate - rate * shares / np.maximum(1 - shares, 1e-12)).mean())
    return min(0.5 + (area - 0.5) / kept, 1.0) if kept > 0 else 0.5
