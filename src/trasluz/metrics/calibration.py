"""Whether probabilities mean what they say: of answers given with 80 % confidence, 80 % should be right.

``confidence`` ``[n]`` in [0, 1] is what the model gave its answer, ``right`` ``[n]`` whether the answer was so.
"""

from __future__ import annotations

import numpy as np

from trasluz.messages import N_
from trasluz.metrics.described import Metric

METRICS = {"calibration_error": Metric(N_("Calibration error (ECE)"), "share", "lower")}

BINS = 15


def reliability(confidence: np.ndarray, right: np.ndarray, bins: int = BINS) -> dict[str, list[float]]:
    """The reliability diagram: ``low`` edge, ``count``, mean ``confidence`` and ``accuracy`` of bins of equal width.

    Bins are (low, high], the first one includes 0 (Guo et al. 2017, section 2); an empty bin has mean 0.
    """
    edges = np.linspace(0, 1, bins + 1)
    number = np.clip(np.searchsorted(edges, confidence, side="left") - 1, 0, bins - 1)
    count = np.bincount(number, minlength=bins)
    filled = np.maximum(count, 1)
    return {
        "low": edges[:-1].tolist(),
        "count": count.astype(float).tolist(),
        "confidence": (np.bincount(number, confidence, bins) / filled).tolist(),
        "accuracy": (np.bincount(number, right, bins) / filled).tolist(),
    }


def expected_calibration_error(confidence: np.ndarray, right: np.ndarray, bins: int = BINS) -> float:
    """Mean distance between confidence and accuracy over 15 bins of equal width (Guo et al. 2017, eq. 3).

    "On calibration of modern neural networks", ICML 2017.  In [0, 1], 0 is best; biased upwards for few samples.
    """
    found = reliability(confidence, right, bins)
    gap = np.abs(np.array(found["confidence"]) - np.array(found["accuracy"]))
    return float((gap * np.array(found["count"])).sum() / len(confidence))
