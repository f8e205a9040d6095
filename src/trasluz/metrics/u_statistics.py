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
