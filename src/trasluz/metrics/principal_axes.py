"""The principal axes of centred rows, through the smaller side: the covariance of columns or the Gram matrix of rows.

Both lead to the same axes.  The yardstick of autoencoders needs them all, by chunks of images that do not fit into
memory; maps of codes need the first two, exactly.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

_CHUNK_VALUES = 8_000_000  # values in float64 at once: 64 MB


@dataclass(frozen=True)
class PrincipalAxes:
    """``axes`` ``[k, d]``, orthonormal, by falling ``variances`` float64 ``[k]`` (sums of squares along each).

    ``whole``: the sum of squares along all directions, those left out too.  k is at most the number of rows less one.
    """

    axes: np.ndarray
    variances: np.ndarray
    whole: float


def by_covariance(
    parts: Iterable[np.ndarray], width: int, negligible: float, wanted: int | None = None
) -> PrincipalAxes:
    """The first ``wanted`` axes (all by default) of centred rows that come in ``parts`` ``[m, width]``.

    Products are made in the type of the parts and summed in float64; ``axes`` are float64.  An axis along which there
    is at most ``negligible`` of the largest variance is one that the rows do not have, and left out.
    """
    scatter, rows = np.zeros((width, width)), 0
    for part in parts:
        scatter += part.T @ part
        rows += len(part)
    variances, vectors = _largest(scatter, min(max(rows - 1, 0), wanted or width), negligible)
    return PrincipalAxes(np.ascontiguousarray(vectors.T), variances, float(np.trace(scatter)))


def by_gram(rows: np.ndarray, negligible: float, wanted: int | None = None) -> PrincipalAxes:
    """The same of centred ``rows`` ``[n, d]`` in memory, through the products of rows (Sirovich & Kirby 1987).

    ``axes`` are of the type of the rows.
    """
    gram = np.zeros((len(rows), len(rows)))
    step = max(1, _CHUNK_VALUES // len(rows))
    for start in range(0, rows.shape[1], step):
        # In float64, because an axis of little variance is magnified to length one, and what a product lost with it.
        part = rows[:, start : start + step].astype(np.float64, copy=False)
        gram += part @ part.T
    variances, vectors = _largest(gram, min(len(rows) - 1, wanted or len(rows)), negligible)
    axes = vectors.astype(rows.dtype).T @ rows
    # Not divided by the roots of the variances, of which the small ones are rough.
    axes /= np.linalg.norm(axes, axis=1, keepdims=True)
    return PrincipalAxes(axes, variances, float(np.trace(gram)))


def _largest(square: np.ndarray, count: int, negligible: float) -> tuple[np.ndarray, np.ndarray]:
    """At most ``count`` of the largest eigenvalues of a symmetric matrix, falling, and their vectors as columns."""
    from scipy.linalg import eigh

    size = len(square)
    if count < 1 or size == 0:
        return np.zeros(0), np.zeros((size, 0))
    # Half of the vectors take as long as all of them; two of 2,000 a third of the time.
    few = [size - count, size - 1] if 2 * count < size else None
    values, vectors = eigh(square, subset_by_index=few)
    values, vectors = values[::-1][:count], vectors[:, ::-1][:, :count]
    kept = values > max(negligible * float(values[0]), 0.0)
    return values[kept], vectors[:, kept]
