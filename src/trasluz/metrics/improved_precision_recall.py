"""Improved precision and recall of samples: do they look real, and is everything real among them?

Kynkäänniemi et al. (2019), "Improved precision and recall metric for assessing generative models", eq. 2.
"""

from __future__ import annotations

import numpy as np

from trasluz.messages import N_
from trasluz.metrics.balls import inside
from trasluz.metrics.described import Metric
from trasluz.metrics.neighbours import radii

METRICS = {
    "samples/precision": Metric(N_("Precision: samples that look real"), "share", "higher"),
    "samples/recall": Metric(N_("Recall: real images that samples reach"), "share", "higher"),
}

K = 3  # as published


def precision_recall(real: np.ndarray, samples: np.ndarray, k: int = K) -> tuple[float, float]:
    """Share of ``samples`` inside the manifold of ``real``, and of ``real`` inside that of ``samples``, in [0, 1].

    Features ``[n, d]`` and ``[m, d]``, more than ``k`` rows each; sets of the same size, because a manifold grows
    with its samples.

    Raises:
        ValueError: a set has ``k`` rows or fewer.
    """
    return _covered(samples, real, k), _covered(real, samples, k)


def _covered(points: np.ndarray, manifold: np.ndarray, k: int) -> float:
    hits = sum(int(found.any(1).sum()) for _rows, found in inside(points, manifold, radii(manifold, k)))
    return hits / len(points)
