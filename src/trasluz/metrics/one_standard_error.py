"""The rule of one standard error: of all trials that are not clearly worse than the best, the simplest (Breiman,
Friedman, Olshen and Stone 1984, "Classification and regression trees", section 3.4.3)."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np


def simplest_within(scores: np.ndarray, error: float, sizes: Sequence[tuple[float, ...]]) -> int:
    """The row of the simplest trial whose score is within one standard ``error`` of the best.

    ``scores`` ``[t]``, more is better, NaN where there is none; ``sizes``: what makes each simple, the first number
    before the next (parameters, then epochs); of equally simple ones the better, of these the first.  An error that is
    not known (infinite, NaN) lets nothing but the best pass.

    Raises:
        ValueError: no trial has a score.
    """
    known = [i for i, score in enumerate(scores) if not math.isnan(score)]
    if not known:
        raise ValueError("no trial has a score")
    reach = max(float(scores[i]) for i in known) - (error if math.isfinite(error) else 0.0)
    return min((i for i in known if scores[i] >= reach), key=lambda i: (*sizes[i], -float(scores[i]), i))
