"""A plane of two features: lines cut to it, and colours of regions through which a page of any paper shines."""

from __future__ import annotations

import numpy as np

Corner = tuple[float, float]

_FAINT, _FULL = 0.14, 0.46  # share of the colour at no confidence and at the highest


def region_colours(colour: str) -> list[list[float | str]]:
    """A scale from faint to full of ``colour`` (``#rrggbb``)."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return [[place, f"rgba({red},{green},{blue},{share})"] for place, share in ((0.0, _FAINT), (1.0, _FULL))]


def clipped(weight: np.ndarray, bias: float, low: Corner, high: Corner) -> list[Corner]:
    """The two ends of the line w·x + b = 0 between the corners ``low`` and ``high``; empty where it does not cross.

    Liang and Barsky (1984), "A new concept and method for line clipping".
    """
    found = _line(weight, bias, low, high)
    if found is None:
        return []
    start, way = found
    first, last = -np.inf, np.inf
    for axis in range(2):
        if way[axis] == 0:
            if not 0 <= start[axis] <= 1:
                return []
            continue
        ends = sorted(((0 - start[axis]) / way[axis], (1 - start[axis]) / way[axis]))
        first, last = max(first, ends[0]), min(last, ends[1])
    if first > last:
        return []
    return [_place(start + place * way, low, high) for place in (first, last)]


def nearest(weight: np.ndarray, bias: float, low: Corner, high: Corner) -> Corner | None:
    """The place of the line w·x + b = 0 nearest to the middle between the corners; ``None`` without a line."""
    found = _line(weight, bias, low, high)
    return None if found is None else _place(found[0], low, high)


def _line(weight: np.ndarray, bias: float, low: Corner, high: Corner) -> tuple[np.ndarray, np.ndarray] | None:
    """A line by its place nearest to the middle and its direction, in shares of the plane, where all features are
    alike; ``None`` for weights of zero."""
    size = np.subtract(high, low)
    scaled = np.asarray(weight, np.float64) * size
    length = float(scaled @ scaled)
    if length == 0:
        return None
    middle = np.full(2, 0.5)
    offset = bias + float(np.dot(weight, low)) + float(scaled @ middle)
    return middle - offset * scaled / length, np.array([-scaled[1], scaled[0]])


def _place(share: np.ndarray, low: Corner, high: Corner) -> Corner:
    x, y = np.asarray(low) + share * np.subtract(high, low)
    return float(x), float(y)
