"""Density and coverage: precision and recall of samples that a single outlier cannot buy.

Naeem et al. (2020), "Reliable fidelity and diversity metrics for generative models", eq. 3 and 4.
"""

from __future__ import annotations

import numpy as np

from trasluz.messages import N_
from trasluz.metrics.balls import inside
from trasluz.metrics.described import Metric
from trasluz.metrics.neighbours import radii

METRICS = {
    "samples/density": Metric(N_("Density: how deep samples lie among real images"), "number", "higher", least=0.0),
    "samples/coverage": Metric(N_("Coverage: real images with a sample beside them"), "share", "higher"),
}

K = 5  # as published


def density_coverage(real: np.ndarray, samples: np.ndarray, k: int = K) -> tuple[float, float]:
    """Mean number of real balls that a sample lies in, over ``k``; and the share of real balls with a sample in them.

    Features ``[n, d]`` and ``[m, d]``, more than ``k`` real rows.  Density is at least 0 and can exceed 1, around 1
    for equal distributions; coverage lies in [0, 1], about 1 − 2⁻ᵏ for equal distributions and sizes.

    Raises:
        ValueError: there are ``k`` real rows or fewer.
    """
    hits, reached = 0, np.zeros(len(real), bool)
    for _rows, found in inside(samples, real, radii(real, k)):
        hits += int(found.sum())
        reached |= found.any(0)
    return hits / (k * len(samples)), float(reached.mean())
