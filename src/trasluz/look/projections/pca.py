"""PCA: the two directions along which the codes differ most (Pearson 1901; Hotelling 1933), found exactly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from trasluz.messages import N_
from trasluz.metrics.principal_axes import by_covariance, by_gram

NAME = N_("PCA")
NOTE = ""
_CHUNK_VALUES = 8_000_000
_NEGLIGIBLE = 1e-12  # of the largest variance: a direction that the codes do not have


def missing() -> None:
    """It needs nothing but NumPy and SciPy."""


@dataclass(frozen=True)
class Fitted:
    """``mean`` float64 ``[d]``; ``axes`` float64 ``[k, d]``, orthonormal; a direction that there is not is zero.

    ``facts``: ``explained_1``, ``explained_2``, …: the share of the variance along each axis, 0 to 1.
    """

    mean: np.ndarray
    axes: np.ndarray
    positions: np.ndarray
    facts: dict[str, float]

    def transform(self, codes: np.ndarray) -> np.ndarray:
        """The codes along the axes, float32 ``[m, k]``."""
        return _along(codes, self.mean, self.axes)


def fit(codes: np.ndarray, seed: int = 0, axes: int = 2) -> Fitted:
    """The first ``axes`` principal directions of ``codes``; nothing is drawn, so ``seed`` plays no part.

    The sign of a direction is such that its largest weight is positive.
    """
    mean = codes.mean(0, dtype=np.float64)
    count, width = codes.shape
    if width > count:
        principal = by_gram(codes - mean, _NEGLIGIBLE, axes)
    else:
        principal = by_covariance(_centred(codes, mean), width, _NEGLIGIBLE, axes)
    along = principal.axes
    largest = np.abs(along).argmax(1, keepdims=True)
    found = np.zeros((axes, width))
    found[: len(along)] = along * np.sign(np.take_along_axis(along, largest, 1))
    shares = np.zeros(min(axes, count, width))
    shares[: len(along)] = principal.variances / (principal.whole or 1.0)
    facts = {f"explained_{i + 1}": float(share) for i, share in enumerate(shares)}
    return Fitted(mean, found, _along(codes, mean, found), facts)


def _centred(codes: np.ndarray, mean: np.ndarray) -> Iterator[np.ndarray]:
    """Float64, because directions are told apart down to a trillionth of the largest variance."""
    for rows in np.array_split(codes, -(-codes.size // _CHUNK_VALUES)):
        yield rows - mean


def _along(codes: np.ndarray, mean: np.ndarray, axes: np.ndarray) -> np.ndarray:
    return np.asarray((codes @ axes.T) - mean @ axes.T, np.float32)
