"""Fréchet inception distance over any features: how far apart two sets are if each is taken for a Gaussian.

Heusel et al. (2017), "GANs trained by a two time-scale update rule", eq. 6; the distance of two Gaussians is that of
Dowson & Landau (1982).  It falls with the number of samples even for equal distributions: compare only what was
computed from as many samples, and see what two sets of real images give.
"""

from __future__ import annotations

import numpy as np

from trasluz.messages import N_
from trasluz.metrics.described import Metric

METRICS = {"samples/fid": Metric(N_("Fréchet distance (FID)"), "number", "lower", least=0.0)}


def fid(first: np.ndarray, second: np.ndarray) -> float:
    """The distance between features ``[n, d]`` and ``[m, d]``, at least two rows each; 0 is best, no upper bound."""
    return gaussian_distance(*moments(first), *moments(second))


def moments(features: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean ``[d]`` and unbiased covariance ``[d, d]`` of features ``[n, d]``, in float64.

    Raises:
        ValueError: fewer than two rows have no covariance.
    """
    wide = np.asarray(features, np.float64)
    if len(wide) < 2:
        raise ValueError(f"a covariance needs at least 2 rows of features, not {len(wide)}")
    mean = wide.mean(0)
    centred = wide - mean
    return mean, centred.T @ centred / (len(wide) - 1)


def gaussian_distance(mean1: np.ndarray, covariance1: np.ndarray, mean2: np.ndarray, covariance2: np.ndarray) -> float:
    """|μ₁ − μ₂|² + tr(Σ₁ + Σ₂ − 2 (Σ₁Σ₂)^½), at least 0.

    The trace of the root is taken over the eigenvalues of the symmetric Σ₁^½ Σ₂ Σ₁^½, which has those of Σ₁Σ₂ but
    stays real where covariances are singular: fewer samples than features, or features that are always 0.
    """
    values, vectors = np.linalg.eigh(covariance1)
    root = (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
    product = root @ covariance2 @ root
    shared = np.sqrt(np.maximum(np.linalg.eigvalsh((product + product.T) / 2), 0)).sum()
    apart = ((mean1 - mean2) ** 2).sum() + np.trace(covariance1) + np.trace(covariance2) - 2 * shared
    return float(max(apart, 0.0))
