"""Arrays of amounts as colours: perceptually uniform maps, diverging around zero or rising from it; never jet.

``inferno`` (van der Walt and Smith 2015) and cmocean's ``balance`` (Thyng et al. 2016), as Plotly ships them.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from trasluz.draw.panel import Scale


@cache
def _table(diverging: bool) -> np.ndarray:
    """256 colours, float32 ``[256, 3]`` in 0 to 255, between the map's stops."""
    from plotly.colors import diverging as around
    from plotly.colors import sample_colorscale, sequential, unlabel_rgb

    positions = np.linspace(0, 1, 256)
    found = sample_colorscale(around.balance if diverging else sequential.Inferno, list(positions))
    return np.array([unlabel_rgb(colour) for colour in found], np.float32)


def rising(amounts: np.ndarray, high: float) -> np.ndarray:
    """Colours uint8 ``[..., 3]`` of amounts from 0 (dark) to ``high`` (bright); what lies outside is cut."""
    positions = np.clip(np.nan_to_num(amounts) / high if high > 0 else np.zeros_like(amounts), 0, 1)
    return _look_up(False, positions)


def around_zero(amounts: np.ndarray, reach: float) -> np.ndarray:
    """Colours uint8 ``[..., 3]`` of amounts from −``reach`` (blue) over 0 (pale) to ``reach`` (red)."""
    positions = np.clip(np.nan_to_num(amounts) / reach if reach > 0 else np.zeros_like(amounts), -1, 1)
    return _look_up(True, (positions + 1) / 2)


def _look_up(diverging: bool, positions: np.ndarray) -> np.ndarray:
    """Colours uint8 ``[..., 3]`` of places from 0 to 1."""
    found: np.ndarray = _table(diverging)[np.rint(positions * 255).astype(np.int64)].round().astype(np.uint8)
    return found


def scale_bar(title: str, low: str, high: str, *, diverging: bool) -> Scale:
    """The bar that belongs to ``rising`` or ``around_zero``."""
    return Scale(low, high, title, _sixteen(diverging))


def diverging_scale() -> list[tuple[float, str]]:
    """The map of ``around_zero`` as Plotly's colour scales are written."""
    colours = _sixteen(diverging=True)
    return [(position / (len(colours) - 1), colour) for position, colour in enumerate(colours)]


def _sixteen(diverging: bool) -> tuple[str, ...]:
    """Sixteen colours at equal steps, as CSS has them."""
    colours = _table(diverging)[:: 255 // 15]
    return tuple("#{:02x}{:02x}{:02x}".format(*map(round, map(float, colour))) for colour in colours)
