"""What a mean over all pairs varies by: the parts of Hoeffding's decomposition (1948), from sums over a kernel.

A mean over pairs varies because each row moves all of its pairs, and because each pair says something of its own; the
first part rules where rows differ in what they add, the second where no row adds anything by itself, as between equal
distributions.  Nothing larger than sums over rows and columns is needed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

FEWEST = 4  # rows, below which the part of pairs cannot be estimated


@dataclass(frozen=True)
class Sums:
    """Sums of a kernel over its ``rows`` ``[n]``, over its ``columns`` ``[m]``, and of its ``squares``; within one set
    without the pairs of a row with itself."""

    rows: np.ndarray
    columns: np.ndarray
    squares: float

    @property
    def mean(self) -> float:
        """Of a kernel within one set, over its pairs of different rows."""
        count = len(self.rows)
        return float(self.rows.sum()) / (count * (count - 1))


@dataclass(frozen=True)
class BetweenGroups:
    """A mean over the pairs of samples of different groups: its ``value``, and ``left_out`` ``[g]``, what it is without
    each of the groups."""

    value: float
    left_out: np.ndarray

    @classmethod
    def of(cls, rows: np.ndarray, groups: np.ndarray) -> BetweenGroups:
        """``rows`` ``[n]``: sums of the kernel over the samples of all other groups; ``groups``: int64 ``[n]``, numbers
        from 0, three of them at least, so that two are left."""
        sums, sizes = np.bincount(groups, weights=rows), np.bincount(groups)
        count, total = len(rows), float(rows.sum())
        pairs = count**2 - float((sizes.astype(np.float64) ** 2).sum())
        left = pairs - 2 * sizes * (count - sizes)
        return cls(total / pairs, (total - 2 * sums) / left)


def jackknife_variance(left_out: np.ndarray) -> float:
    """Of a number, from what it is without each group ``[g]`` (Wolter 2007, chapter 4); of two sets the variances of
    both add up (Arvesen 1969, "Jackknifing U-statistics")."""
    count = len(left_out)
    return (count - 1) / count * float(((left_out - left_out.mean()) ** 2).sum())


def pairs_within(found: Sums) -> float:
    """E k̃(x, x′)² of the doubly centred kernel within a set of ``FEWEST`` rows or more, without bias (Székely & Rizzo
    2014, "Partial distance correlation", proposition 1), at least 0."""
    n, total = len(found.rows), float(found.rows.sum())
    centred = found.squares - 2 / (n - 2) * float((found.rows**2).sum()) + total**2 / ((n - 1) * (n - 2))
    return max(centred / (n * (n - 3)), 0.0)


def pairs_between(found: Sums) -> float:
    """E k̃(x, y)² between two sets, without bias: the interaction of a table of two ways, at least 0."""
    n, m = len(found.rows), len(found.columns)
    rows, columns = float((found.rows**2).sum()) / m, float((found.columns**2).sum()) / n
    centred = found.squares - rows - columns + float(found.rows.sum()) ** 2 / (n * m)
    return max(centred / ((n - 1) * (m - 1)), 0.0)


def variance_within(found: Sums) -> float:
    """Of the mean over the pairs of one set of ``FEWEST`` rows or more: 4 ζ₁ / n + 2 ζ₂ / (n (n − 1))."""
    n, pairs = len(found.rows), pairs_within(found)
    # The mean over finitely many pairs varies by itself, which is not the row's part.
    alone = max(float((found.rows / (n - 1)).var(ddof=1)) - pairs / (n - 1), 0.0)
    return 4 * alone / n + 2 * pairs / (n * (n - 1))
