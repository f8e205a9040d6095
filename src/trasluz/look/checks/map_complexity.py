"""How complex a map is: the entropy of the histogram of its values (Hedström et al. 2023, "Sanity checks revisited").

The efficient parameter randomisation test compares it for a model and for one with random weights: explanations of
what was learned should be simpler than those of noise.  Its score is the relative rise (ξ(ê) − ξ(e)) / ξ(e), with
ξ the entropy, e the explanation of the model and ê that of the fully randomised one.
"""

from __future__ import annotations

import numpy as np

BINS = 100  # as in the paper's experiments


def histogram_entropy(maps: np.ndarray, bins: int = BINS) -> np.ndarray:
    """The entropy in nats, float64 ``[...]``, of the values of maps ``[..., h, w]`` in equal bins from the smallest to
    the largest value of each map; 0 for a map that is the same everywhere."""
    values = np.asarray(maps, np.float64).reshape(-1, maps.shape[-2] * maps.shape[-1])
    low = values.min(1, keepdims=True)
    span = np.ptp(values, axis=1, keepdims=True)
    share = np.divide(values - low, span, out=np.zeros_like(values), where=span > 0)
    # The largest value belongs to the last bin, not behind it.
    bin_of = np.minimum((share * bins).astype(np.int64), bins - 1)
    # Each map counts into bins of its own, so that one bincount serves all.
    rows = np.arange(len(values))[:, None] * bins
    counts = np.bincount((rows + bin_of).ravel(), minlength=len(values) * bins).reshape(-1, bins)
    shares = counts / values.shape[1]
    terms = shares * np.log(np.where(shares > 0, shares, 1))
    # Not −Σ, which is −0 for a map of one value.
    found: np.ndarray = 0.0 - terms.sum(1).reshape(maps.shape[:-2])
    return found


def relative_rise(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """(after − before) / before, NaN where ``before`` is 0."""
    first, second = np.broadcast_arrays(before, after)
    found: np.ndarray = np.divide(second - first, first, out=np.full(first.shape, np.nan), where=first > 0)
    return found
