"""What a curve of a few epochs says beyond its noise."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

WINDOW = 3  # epochs whose mean stands for a place of a curve: one epoch alone may be luck


def noise(values: Sequence[float]) -> float:
    """Standard deviation of one value around a curve that drifts slowly: half the mean square of successive
    differences, and its root (von Neumann et al. 1941, "The mean square successive difference"); 0 for one value."""
    steps = np.diff(np.asarray(values, np.float64))
    return float(np.sqrt(np.mean(steps**2) / 2)) if len(steps) else 0.0


def smooth(values: Sequence[float]) -> np.ndarray:
    """Means of ``WINDOW`` neighbours, float64 ``[n − WINDOW + 1]``, n ≥ ``WINDOW``."""
    return np.convolve(np.asarray(values, np.float64), np.full(WINDOW, 1 / WINDOW), "valid")


def slope(values: Sequence[float]) -> tuple[float, float]:
    """Change per epoch of the least-squares line, and its standard error; n ≥ 3."""
    y = np.asarray(values, np.float64)
    x = np.arange(len(y)) - (len(y) - 1) / 2
    spread = float((x**2).sum())
    rise = float((x * y).sum()) / spread
    rest = y - y.mean() - rise * x
    return rise, math.sqrt(float((rest**2).sum()) / (len(y) - 2) / spread)
