"""The importance-weighted bound on the log-evidence (Burda, Grosse & Salakhutdinov 2016, equation 8)."""

from __future__ import annotations

import math
from collections.abc import Iterable

import torch
from torch import Tensor


def importance_weighted_bound(log_weights: Iterable[Tensor]) -> Tensor:
    """log (1/k) Σ e^(log w) of each sample, float64 ``[n]``; parts ``[s, n]`` of the k log-weights, one at a time.

    A lower bound on log p(x) in expectation, tighter with k, exact in the limit.  Only two rows are kept, and
    nothing overflows: sums stay in the log domain.
    """
    total: Tensor | None = None
    count = 0
    for part in log_weights:
        found = torch.logsumexp(part.double(), 0)
        total = found if total is None else torch.logaddexp(total, found)
        count += len(part)
    if total is None:
        raise ValueError("no log-weights were given")
    return total - math.log(count)
