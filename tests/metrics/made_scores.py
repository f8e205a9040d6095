"""Right and wrong answers of many trials whose true accuracies are known."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri


def made_scores(truth: np.ndarray, count: int, alike: float, generator: np.random.Generator) -> np.ndarray:
    """0 or 1, float64 ``[t, n]``: of ``count`` samples, which each of t trials gets right with a chance of ``truth``
    ``[t]``; ``alike``: the correlation between trials of what makes a sample hard."""
    hardness = generator.standard_normal(count)
    own = generator.standard_normal((len(truth), count))
    answers = np.sqrt(alike) * hardness + np.sqrt(1 - alike) * own
    return (answers < ndtri(truth)[:, None]).astype(np.float64)
