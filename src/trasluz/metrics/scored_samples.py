"""Scores of several trials on the same samples, and how sure the mean of some of them is.

Rows are trials, columns are samples; more is better.  A sample may stand in several columns: once for each training
(seed or fold) that was judged on it.  What can differ in a repetition are the samples and the trainings, so that the
variance of a mean has two parts, which share the noise of single values.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np


@dataclass(frozen=True)
class ScoredSamples:
    """``values``: float64 ``[t, n]``, what each of t trials scored in each of n columns, the more the better.

    ``groups``: int64 ``[n]``, which columns are of one sample (or of samples that belong together); ``cells``: int64
    ``[n]``, which are of one training of each trial.  By default every column is a sample of its own, and all are of
    one training.
    """

    values: np.ndarray
    groups: np.ndarray | None = None
    cells: np.ndarray | None = None

    def __post_init__(self) -> None:
        if self.values.ndim != 2 or not all(self.values.shape):
            raise ValueError(f"scores of trials on samples are a table, not of shape {self.values.shape}")

    @cached_property
    def means(self) -> np.ndarray:
        """The score of each trial, float64 ``[t]``."""
        found: np.ndarray = self.values.mean(1)
        return found

    @cached_property
    def units(self) -> np.ndarray:
        """The number of each column's sample, int64 ``[n]``, from 0 without gaps."""
        return _numbers(self.groups, np.arange(self.values.shape[1]))

    @cached_property
    def sizes(self) -> np.ndarray:
        """Columns of each sample, float64 ``[g]``."""
        return np.bincount(self.units).astype(np.float64)

    @cached_property
    def sums(self) -> np.ndarray:
        """Sums over the columns of each sample, float64 ``[t, g]``."""
        return grouped_sums(self.values, self.units)

    @property
    def yes_or_no(self) -> bool:
        """Whether all scores are 0 or 1, as whether an answer is right."""
        return bool(np.isin(self.values, (0.0, 1.0)).all())

    def variance(self, values: np.ndarray) -> float:
        """The variance of the mean of ``values`` float64 ``[n]``, one for each column.

        By samples, and where there are several trainings also by these: the sum of both without what both count, that
        of single values (Cameron, Gelbach and Miller 2011, "Robust inference with multiway clustering", equation 2.6),
        no less than by samples alone.
        """
        by_samples = _by_units(values, self.units)
        cells = _numbers(self.cells, np.zeros(len(values), np.int64))
        if cells.max() == 0:
            return by_samples
        both = by_samples + _by_units(values, cells) - _by_units(values, self.units * (cells.max() + 1) + cells)
        return max(by_samples, both)


def grouped_sums(values: np.ndarray, units: np.ndarray) -> np.ndarray:
    """Sums float64 ``[t, g]`` of ``values`` ``[t, n]`` over the columns of each of g ``units`` int64 ``[n]``."""
    count = int(units.max()) + 1
    if count == len(units):
        found = np.empty_like(values, dtype=np.float64)
        found[:, units] = values
        return found
    return np.stack([np.bincount(units, row, count) for row in values])


def _numbers(given: np.ndarray | None, default: np.ndarray) -> np.ndarray:
    return default if given is None else np.unique(given, return_inverse=True)[1].reshape(-1)


def _by_units(values: np.ndarray, units: np.ndarray) -> float:
    """Variance of the mean where whole units were drawn; infinite for a single one."""
    _known, units = np.unique(units, return_inverse=True)
    units = units.reshape(-1)
    count = int(units.max()) + 1
    if count < 2:
        return np.inf
    residuals = np.bincount(units, values - values.mean(), count)
    return float((residuals**2).sum()) / len(values) ** 2 * count / (count - 1)
