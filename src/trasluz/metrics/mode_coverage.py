"""Which classes a generator makes: the histogram of a classifier's answers on its samples."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trasluz.messages import N_
from trasluz.metrics.described import Metric

METRICS = {
    "samples/smallest_share": Metric(N_("Share of the rarest class"), "share", "higher"),
    "samples/entropy": Metric(N_("Evenness of the classes"), "share", "higher"),
}


@dataclass(frozen=True)
class ModeCoverage:
    """``shares`` of the samples per class ``[k]``; ``entropy`` over its largest value."""

    shares: tuple[float, ...]
    entropy: float

    @property
    def smallest(self) -> float:
        """The share of the rarest class."""
        return min(self.shares)


def mode_coverage(predicted: np.ndarray, classes: int) -> ModeCoverage:
    """Of class numbers int64 ``[n]``, n ≥ 1: entropy is 1 when all classes are equally frequent, 0 with only one.

    Of a single class the entropy is 0.
    """
    counts = np.bincount(predicted, minlength=classes)
    shares = counts / len(predicted)
    some = shares[shares > 0]
    # abs, because minus the sum would be −0 where there is one class.
    entropy = abs(float((some * np.log(some)).sum())) / np.log(classes) if classes > 1 else 0.0
    return ModeCoverage(tuple(shares.tolist()), float(entropy))
