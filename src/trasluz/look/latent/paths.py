"""Paths through a latent space: from one code to another, along a dimension, and over a plane."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np

_STRAIGHT = 1e-4  # sine of an angle below which the arc is the line, or no arc is shorter than another


def linear(first: np.ndarray, second: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """The line from ``first`` ``[n, …]`` (share 0) to ``second`` (share 1): float64 ``[n, steps, …]``."""
    t = shares.reshape(-1, *[1] * (first.ndim - 1))
    found: np.ndarray = (1 - t) * first[:, None].astype(np.float64) + t * second[:, None]
    return found


def spherical(first: np.ndarray, second: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """The same along the arc around the origin (Shoemake 1985, "Animating rotation with quaternion curves", 3.3).

    White 2016, "Sampling generative networks", section 2: a Gaussian prior in many dimensions has its codes
    near a sphere, and a line leaves it: its middle is a code that the decoder was hardly trained on.  Codes in one
    direction, in opposite ones, or at the origin are joined by a line.
    """
    a, b = first.astype(np.float64), second.astype(np.float64)
    lengths = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
    cosine = np.divide((a * b).sum(1), lengths, out=np.ones(len(a)), where=lengths > 0)
    angle = np.arccos(np.clip(cosine, -1, 1))
    sine = np.sin(angle)
    bent = sine > _STRAIGHT
    below = np.where(bent, sine, 1)[:, None]
    from_first = np.sin((1 - shares) * angle[:, None]) / below
    from_second = np.sin(shares * angle[:, None]) / below
    arc = from_first[..., None] * a[:, None] + from_second[..., None] * b[:, None]
    return np.where(bent[:, None, None], arc, linear(first, second, shares))


def along_dimensions(start: np.ndarray, dimensions: np.ndarray, values: np.ndarray) -> np.ndarray:
    """``start`` ``[d]`` with one number changed at a time: ``[k, steps, d]`` from ``values`` ``[k, steps]``."""
    found = np.broadcast_to(start, (*values.shape, len(start))).astype(np.float64)
    places = np.arange(len(dimensions))
    found[places[:, None], np.arange(values.shape[1]), dimensions[:, None]] = values
    return found


def over_plane(centre: np.ndarray, axes: np.ndarray, spreads: np.ndarray, side: int) -> np.ndarray:
    """A grid of codes ``[rows, side, d]`` over one or two ``axes`` ``[1 or 2, d]`` through ``centre`` ``[d]``.

    Its lines lie at the quantiles (i + ½)/side of a normal distribution with standard deviations ``spreads``, so that
    every cell stands for as many codes where these are Gaussian (Kingma & Welling 2014, figure 4).  The first axis
    runs to the right, the second upwards; with one axis there is one row.
    """
    steps = normal_quantiles(side)
    right = spreads[0] * steps[:, None] * axes[0]
    up = spreads[1] * steps[::-1, None] * axes[1] if len(axes) > 1 else np.zeros((1, len(centre)))
    found: np.ndarray = centre + up[:, None] + right[None]
    return found


def normal_quantiles(count: int) -> np.ndarray:
    """Φ⁻¹((i + ½) / count) for i from 0, float64 ``[count]``."""
    normal = NormalDist()
    return np.array([normal.inv_cdf((i + 0.5) / count) for i in range(count)])
