"""Does a generator copy its training images? Its samples' nearest training neighbours, against those of new images.

A sample counts as a copy when it lies closer to a training image than all but the closest 1 % of held-out real
images do; a generator that does not copy has about 1 % of them, whatever the features.
"""

from __future__ import annotations

import numpy as np

from trasluz.messages import N_
from trasluz.metrics.described import Metric

METRICS = {"samples/copies_share": Metric(N_("As close to a training image as 1 % of new images"), "share", "lower")}

EXPECTED = 0.01


def copies_share(samples: np.ndarray, held_out: np.ndarray) -> float:
    """Share of ``samples`` closer than the 1 % quantile of ``held_out``: distances to the nearest training image."""
    return float((samples < np.quantile(held_out, EXPECTED)).mean())
