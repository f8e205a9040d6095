"""PCA: the two directions along which the codes differ most (Pearson 1901; Hotelling 1933), found exactly.

Through the eigenvectors of the smaller of the covariance ``[d, d]`` and the Gram matrix ``[n, n]`` (the same
directions), of which only those asked for are computed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trasluz.messages import N_

NAME = N_("PCA")
NOTE = ""
_CHUNK_VALUES = 8_000_000
_NEGLIGIBLE = 1e-12  # of the whole variance: a direction that the codes do not have


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

    def place(self, codes: np.ndarray) -> np.ndarray:
        """The codes along the axes, float32 ``[m, k]``."""
        return _along(codes, self.mean, self.axes)


def fit(codes: np.ndarray, seed: int = 0, axes: int = 2) -> Fitted:
    """The first ``axes`` principal directions of ``codes``; nothing is drawn, so ``seed`` plays no part.

    The sign of a direction is such that its largest weight is positive.
    """
    mean = codes.mean(0, dtype=np.float64)
    wide = codes.shape[1] > len(codes)
    square = _gram(codes, mean) if wide else _covariance(codes, mean)
    whole = float(np.trace(square))
    variances, vectors = _largest(square, axes)
    found = np.zeros((axes, codes.shape[1]))
    for place, (variance, vector) in enumerate(zip(variances, vectors.T, strict=True)):
        if variance > _NEGLIGIBLE * whole:
            found[place] = _direction(vector, codes, mean) if wide else vector
            found[place] *= np.sign(found[place, np.abs(found[place]).argmax()])
    shares = {f"explained_{i + 1}": max(float(v), 0.0) / whole if whole > 0 else 0.0 for i, v in enumerate(variances)}
    return Fitted(mean, found, _along(codes, mean, found), shares)


def _largest(square: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """The ``count`` largest eigenvalues of a symmetric matrix, falling, and their vectors as columns."""
    from scipy.linalg import eigh

    size = len(square)
    values, vectors = eigh(square, subset_by_index=[max(size - count, 0), size - 1])
    return values[::-1], vectors[:, ::-1]


def _chunks(codes: np.ndarray, axis: int) -> list[np.ndarray]:
    """Parts of the codes along ``axis`` (0: rows, 1: columns)."""
    parts = max(1, -(-codes.size // _CHUNK_VALUES))
    return list(np.array_split(np.arange(codes.shape[axis]), parts))


def _covariance(codes: np.ndarray, mean: np.ndarray) -> np.ndarray:
    """Sums of products of the centred columns, float64 ``[d, d]``."""
    total = np.zeros((codes.shape[1],) * 2)
    for rows in _chunks(codes, 0):
        part = codes[rows].astype(np.float64) - mean
        total += part.T @ part
    return total


def _gram(codes: np.ndarray, mean: np.ndarray) -> np.ndarray:
    """Products of the centred rows, float64 ``[n, n]``."""
    total = np.zeros((len(codes),) * 2)
    for columns in _chunks(codes, 1):
        part = codes[:, columns].astype(np.float64) - mean[columns]
        total += part @ part.T
    return total


def _direction(vector: np.ndarray, codes: np.ndarray, mean: np.ndarray) -> np.ndarray:
    """The principal direction that belongs to an eigenvector of the Gram matrix (Sirovich & Kirby 1987)."""
    found = vector @ codes.astype(np.float64) - vector.sum() * mean
    return np.asarray(found / np.linalg.norm(found))


def _along(codes: np.ndarray, mean: np.ndarray, axes: np.ndarray) -> np.ndarray:
    return np.asarray((codes @ axes.T) - mean @ axes.T, np.float32)
