"""What a latent space holds: how many of its numbers are used, and how far its codes are from the prior.

The distance is MMD² with one fixed kernel, so that models trained with KL, with MMD of any bandwidth, or with
neither, stand on one scale.
"""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor

from trasluz.messages import N_
from trasluz.metrics.described import Metric
from trasluz.metrics.intervals import UNKNOWN, students_quantile
from trasluz.metrics.u_statistics import FEWEST, BetweenGroups, Sums, jackknife_variance, variance_within
from trasluz.rng import Rng

METRICS = {
    "active_units": Metric(N_("Active units"), "count", "higher"),
    "prior_mmd": Metric(N_("MMD² of the codes from the prior"), "number", "lower"),
}

ACTIVE_VARIANCE = 0.01
MOST_CODES = 5000  # whose pairs take 100 MB
_SCALES = (0.25, 0.5, 1.0, 2.0, 4.0)  # of √d, which is the length of a typical draw from the prior


def active_units(sums: Tensor, squares: Tensor, count: float) -> int:
    """Dimensions whose means vary by more than 0.01 over the samples (Burda et al. 2016, equation 14).

    ``sums`` and ``squares`` ``[d]``: posterior means and their squares summed over ``count`` samples.
    """
    variance = squares.double() / count - (sums.double() / count).square()
    return int((variance > ACTIVE_VARIANCE).sum())


def prior_mmd(
    latents: np.ndarray, rng: Rng, confidence: float = 0.95, groups: np.ndarray | None = None
) -> tuple[float, tuple[float, float]]:
    """MMD² of codes ``[n, d]``, one draw from each posterior, from the standard normal prior, and its interval.

    Unbiased (below 0 only by chance), over at most 5,000 codes drawn at random, n ≥ 2.  The kernel is the mean of
    five Gaussians with σ = √d·{¼, ½, 1, 2, 4}.  Nothing is drawn from the prior: its share is known in closed form
    (Rustamov 2021, "Closed-form expressions for maximum mean discrepancy", section 3).  The interval is Student's t
    with the variance of the mean over pairs (``u_statistics``); unknown for fewer than four codes.  Where codes come
    in ``groups`` int64 ``[n]``, four at least, only pairs of different groups count, because those of one are alike,
    and the variance is the jackknife's over groups; of fewer groups the interval is unknown.
    """
    chosen = rng.permutation("prior-mmd", 0, len(latents))[:MOST_CODES]
    pairs = _pair_values(torch.from_numpy(np.ascontiguousarray(latents, dtype=np.float32))[chosen])
    if groups is not None:
        numbers = np.unique(groups[chosen.numpy()], return_inverse=True)[1].reshape(-1)
        if numbers.max() + 1 >= FEWEST:
            return _by_groups(pairs, numbers, confidence)
    rows = pairs.sum(1, dtype=torch.float64).numpy()
    sums = Sums(rows, rows, float(torch.linalg.vector_norm(pairs, dtype=torch.float64)) ** 2)
    if len(rows) < FEWEST or groups is not None:
        return sums.mean, UNKNOWN
    half = students_quantile(len(rows), confidence) * math.sqrt(variance_within(sums))
    return sums.mean, (sums.mean - half, sums.mean + half)


def _by_groups(pairs: Tensor, numbers: np.ndarray, confidence: float) -> tuple[float, tuple[float, float]]:
    """The mean over the pairs of different groups, int64 ``[n]`` from 0, with its interval."""
    own = torch.from_numpy(numbers)
    rows = pairs.masked_fill(own[:, None] == own, 0.0).sum(1, dtype=torch.float64).numpy()
    found = BetweenGroups.of(rows, numbers)
    half = students_quantile(len(found.left_out), confidence) * math.sqrt(jackknife_variance(found.left_out))
    return found.value, (found.value - half, found.value + half)


def _pair_values(codes: Tensor) -> Tensor:
    """h(x_i, x_j) whose mean over i ≠ j is the unbiased MMD², float32 ``[n, n]`` with a diagonal of 0."""
    size = codes.shape[1]
    squares = codes.double().square().sum(1)
    # Not through a matrix product, in which the distance of close codes drowns.
    distances = torch.cdist(codes, codes, compute_mode="donot_use_mm_for_euclid_dist").square()
    pairs = torch.zeros_like(distances)
    for scale in _SCALES:
        variance = size * scale**2
        pairs += torch.exp(distances * (-0.5 / variance))
        # With σ² the kernel's variance: E k(x, z) over the prior's z, then E k(z, z′) over two draws of it.
        shared = (variance / (variance + 1)) ** (size / 2) * torch.exp(-0.5 * squares / (variance + 1))
        pairs -= (shared[:, None] + shared[None]).float()
        pairs += (variance / (variance + 2)) ** (size / 2)
    return (pairs / len(_SCALES)).fill_diagonal_(0.0)
