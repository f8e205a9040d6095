"""Learning curves: the power law behind errors at several numbers of training samples, and what it is not sure of.

Each cell is one training: a size, a fold, an error.  How far cells lie from the curve by chance is estimated from cells
of one size, over all sizes together, because three folds alone say little: a variance in proportion to what the
error's own size leads to expect (``power_law.spread_of``), and a part that a fold has in common at all sizes, because
its images are harder or easier.  The intervals are a bootstrap over the cells: other cells are drawn about the fitted
curve, with as much chance as was found, and fitted again.

Sizes at which nothing is learned yet lie off the law (the first region of Hestness et al. 2017); the smallest are left
out while the rest fits significantly badly.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from trasluz.metrics.power_law import PowerLaw, Spread, fit_power_law, spread_of

FEWEST_SIZES = 4  # a law has three unknowns
_KEPT_SIZES = 5  # of which none is left out for the sake of the fit
_LEVEL = 0.05  # of the test whether the law fits
_DRAWS = 1000
_SEED = 0
_ENDS = (0.025, 0.975)
_NORMAL = NormalDist()


@dataclass(frozen=True)
class Estimate:
    """A number with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class CurveFit:
    """``sizes``: float64 ``[s]``, ascending, those that the law was fitted to; ``left_out``: smaller ones at which it
    does not hold; ``law``: the fit; ``drawn``: those of the bootstrap, ``[m]`` each; ``fits``: whether the law fits
    what it was fitted to; ``noise``: the variance of a cell in units of what was expected."""

    sizes: np.ndarray
    left_out: np.ndarray
    law: PowerLaw
    drawn: PowerLaw
    fits: bool
    noise: float

    def error(self, size: float) -> Estimate:
        """The error with so many samples."""
        at = np.array([size])
        return _estimate(self.law.error(at)[..., 0], self.drawn.error(at)[..., 0])

    def gain(self, size: float, factor: float = 2.0) -> Estimate:
        """By how much ``factor`` times as many samples as ``size`` would lower the error."""
        return _estimate(self.law.gain(size, factor), self.drawn.gain(size, factor))

    def floor(self) -> Estimate:
        """The error that no number of samples takes away."""
        return _estimate(self.law.a, self.drawn.a)


@dataclass(frozen=True)
class _Cells:
    """By size, ascending: ``sizes``, how many cells each has, and their mean error, all ``[s]``; ``noise``, what chance
    moves a cell by, and ``common``, a fold at all sizes, both variances in units of ``spread_of``; ``freedom``: the
    degrees of freedom of ``noise``; ``folds``: how many there are."""

    sizes: np.ndarray
    counts: np.ndarray
    means: np.ndarray
    noise: float
    common: float
    freedom: int
    folds: int


def fit_learning_curve(
    sizes: np.ndarray, folds: np.ndarray, errors: np.ndarray, kind: Spread, samples: float
) -> CurveFit:
    """The law behind ``errors`` float ``[n]`` of cells with so many training samples, ``sizes`` ``[n]``, and ``folds``
    int ``[n]``; ``samples``: how many each was judged on.

    Raises:
        ValueError: there are fewer than four sizes or two folds.
    """
    if len(np.unique(sizes)) < FEWEST_SIZES or len(np.unique(folds)) < 2:
        raise ValueError(f"a learning curve needs {FEWEST_SIZES} sizes and two folds")
    first, whole = 0, _cells(sizes, folds, errors, kind, samples)
    while True:
        kept = sizes >= whole.sizes[first]
        cells = _cells(sizes[kept], folds[kept], errors[kept], kind, samples)
        law, expected = _fit(cells, kind, samples)
        misfit, fits = _misfit(cells, law, expected)
        if fits or len(cells.sizes) <= _KEPT_SIZES:
            break
        first += 1
    noise = cells.noise if fits else max(cells.noise, misfit)
    drawn = _drawn(cells, law, expected, noise)
    return CurveFit(cells.sizes, whole.sizes[:first], law, drawn, fits, noise)


def _cells(sizes: np.ndarray, folds: np.ndarray, errors: np.ndarray, kind: Spread, samples: float) -> _Cells:
    """Means by size, and chance from what a table of sizes and folds is without the means of its rows and columns."""
    each, at, counts = np.unique(sizes, return_inverse=True, return_counts=True)
    names, fold = np.unique(folds, return_inverse=True)
    means = np.bincount(at, errors) / counts
    apart = (errors - means[at]) / np.sqrt(spread_of(means, kind, samples))[at]
    of_fold = np.bincount(fold, apart) / np.bincount(fold)
    rest = apart - of_fold[fold]
    freedom = max(len(errors) - len(each) - len(names) + 1, 1)
    noise = float((rest**2).sum() / freedom)
    between = float((of_fold**2).sum() / (len(names) - 1))
    common = max(between - noise / len(each), 0.0)
    return _Cells(each.astype(np.float64), counts, means, noise, common, freedom, len(names))


def _fit(cells: _Cells, kind: Spread, samples: float) -> tuple[PowerLaw, np.ndarray]:
    """The law, weighted by the spread at its own errors, and that spread ``[s]``."""
    expected = spread_of(cells.means, kind, samples)
    for _turn in range(3):
        law = fit_power_law(cells.sizes, cells.means, cells.counts / expected)
        expected = spread_of(law.error(cells.sizes), kind, samples)
    return law, expected


def _misfit(cells: _Cells, law: PowerLaw, expected: np.ndarray) -> tuple[float, bool]:
    """The mean square of the means' distances from the law in units of a cell's expected spread, and whether it is
    what chance makes of it (F test for lack of fit; Draper and Smith 1998, section 2.1)."""
    from scipy.special import fdtrc

    freedom = len(cells.sizes) - 3
    if freedom < 1:
        return 0.0, True
    square = float((cells.counts * (cells.means - law.error(cells.sizes)) ** 2 / expected).sum() / freedom)
    beyond = fdtrc(freedom, cells.freedom, square / max(cells.noise, 1e-300))
    return square, bool(beyond > _LEVEL)


def _drawn(cells: _Cells, law: PowerLaw, expected: np.ndarray, noise: float) -> PowerLaw:
    """Laws fitted to other cells about ``law``; how much chance there is, is drawn as uncertain as it is, too."""
    draw = np.random.default_rng(_SEED)
    unsure = cells.freedom / draw.chisquare(cells.freedom, (_DRAWS, 1))
    unsure_common = (cells.folds - 1) / draw.chisquare(cells.folds - 1, (_DRAWS, 1))
    apart = np.sqrt(noise * unsure / cells.counts) * draw.standard_normal((_DRAWS, len(cells.sizes)))
    common = np.sqrt(cells.common * unsure_common / cells.folds) * draw.standard_normal((_DRAWS, 1))
    means = law.error(cells.sizes) + np.sqrt(expected) * (apart + common)
    return fit_power_law(cells.sizes, means, cells.counts / expected)


def _estimate(value: np.ndarray, drawn: np.ndarray) -> Estimate:
    """The percentile interval and the bias-corrected one (Efron 1987), together.

    An error that cannot be below 0 makes fits lean to one side, which the first does not undo; where nothing depends on
    the size, the second sees a lean that is none.
    """
    estimate = float(value)
    below = float(((drawn < estimate).mean() + (drawn <= estimate).mean()) / 2)
    lean = 2 * _NORMAL.inv_cdf(min(max(below, 1 / _DRAWS), 1 - 1 / _DRAWS))
    ends = [_NORMAL.cdf(shift + _NORMAL.inv_cdf(end)) for shift in (0.0, lean) for end in _ENDS]
    found = np.quantile(drawn, ends)
    return Estimate(estimate, min(float(found.min()), estimate), max(float(found.max()), estimate))
