"""Power laws: an error that falls with the number of training samples, ``error = a + b · n^−c``.

So errors of networks fall in the region between the first samples, where nothing is learned yet, and the error that no
number of samples takes away, ``a`` (Hestness et al. 2017, "Deep Learning Scaling is Predictable, Empirically", eq. 1;
Cortes et al. 1993, "Learning Curves: Asymptotic Values and Rate of Convergence", for classifiers).

For a given ``c`` the other two follow from a weighted least-squares problem of two unknowns, neither negative, so that
only ``c`` is searched (variable projection; Golub and Pereyra 1973): on a grid, then ever more finely about its best.
Many curves are fitted at once, which is what a bootstrap needs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

SLOWEST, FASTEST = 0.05, 2.0  # exponents: beyond, a curve over a few sizes is a straight line, or a single step
_GRID = np.geomspace(SLOWEST, FASTEST, 48)
_FINER, _TIMES = 9, 7  # points between a point's neighbours, and how often

Spread = Literal["share", "positive"]


@dataclass(frozen=True)
class PowerLaw:
    """``a + b · (n / at)^−c``: ``a`` ≥ 0, ``b`` ≥ 0 and ``c`` of one fit, or ``[m]`` of many; ``at``: the size at which
    the error is ``a + b``."""

    a: np.ndarray
    b: np.ndarray
    c: np.ndarray
    at: float

    def error(self, sizes: np.ndarray) -> np.ndarray:
        """The error with so many samples, float64 ``[..., s]`` for ``sizes`` ``[s]``."""
        relative = np.asarray(sizes, np.float64) / self.at
        found: np.ndarray = self.a[..., None] + self.b[..., None] * relative ** -self.c[..., None]
        return found

    def gain(self, size: float, factor: float = 2.0) -> np.ndarray:
        """By how much the error is lower with ``factor`` times as many samples as ``size``."""
        now_and_then = self.error(np.array([size, factor * size]))
        found: np.ndarray = now_and_then[..., 0] - now_and_then[..., 1]
        return found


def fit_power_law(sizes: np.ndarray, errors: np.ndarray, weights: np.ndarray) -> PowerLaw:
    """The law with the least ``Σ weights · (errors − law)²``, for each of the curves.

    ``sizes``: float ``[s]``, three different ones at least; ``errors``: ``[..., s]``; ``weights``: ``[s]``, as the
    inverse of each error's variance, in any unit.
    """
    at = float(np.max(sizes))
    relative = np.asarray(sizes, np.float64) / at
    curves = np.asarray(errors, np.float64).reshape(-1, len(relative))
    candidates = np.broadcast_to(_GRID, (len(curves), len(_GRID)))
    for _time in range(_TIMES):
        best = _linear(relative, curves, weights, candidates)[2].argmin(axis=1)
        low, high = (
            np.take_along_axis(candidates, np.clip(best + step, 0, candidates.shape[1] - 1)[:, None], 1)
            for step in (-1, 1)
        )
        candidates = low + (high - low) * np.linspace(0, 1, _FINER)
    a, b, loss = _linear(relative, curves, weights, candidates)
    best = loss.argmin(axis=1)[:, None]
    shape = np.shape(errors)[:-1]
    a, b, c = (np.take_along_axis(part, best, 1).reshape(shape) for part in (a, b, candidates))
    return PowerLaw(a, b, c, at)


def _linear(
    relative: np.ndarray, curves: np.ndarray, weights: np.ndarray, exponents: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """For each curve ``[m, s]`` and each of its ``exponents`` ``[m, k]`` the best ``a`` and ``b``, neither negative,
    and the loss, each ``[m, k]``."""
    fall = relative ** -exponents[..., None]  # [m, k, s]
    whole = weights.sum()
    mean_fall, mean = (fall * weights).sum(-1) / whole, (curves * weights).sum(-1)[:, None] / whole
    away = fall - mean_fall[..., None]
    b = (away * weights * curves[:, None]).sum(-1) / np.maximum((away**2 * weights).sum(-1), 1e-300)
    a = mean - b * mean_fall
    through = (fall * weights * curves[:, None]).sum(-1) / (fall**2 * weights).sum(-1)
    b = np.where(a < 0, np.maximum(through, 0), np.maximum(b, 0))
    a = np.where(a < 0, 0, mean - b * mean_fall)
    loss = (weights * (curves[:, None] - a[..., None] - b[..., None] * fall) ** 2).sum(-1)
    return a, b, loss


def spread_of(errors: np.ndarray, kind: Spread, samples: float) -> np.ndarray:
    """The variance that an error is expected to have, but for a factor: of a share of ``samples`` that of a binomial
    one, kept from 0 as by one sample more of each kind; of another positive number in proportion to its square."""
    if kind == "share":
        share = (np.clip(errors, 0, 1) * samples + 1) / (samples + 2)
        return np.asarray(share * (1 - share))
    return np.asarray(np.maximum(np.abs(errors), 1e-12) ** 2)
