"""Where the codes of a model lie: points on the plane of their two principal axes, coloured by class."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from trasluz.draw.colours import GREY, LIGHT, Theme, class_colours
from trasluz.draw.figures import new_figure

_POINT, _SIDE = 5, 320  # pixels
_ROOM = 1.05


def reach(codes: np.ndarray) -> float:
    """How far the furthest of ``codes`` ``[n, 2]`` lies from the middle along an axis, with a little room; figures of
    several models over the same reach have one scale."""
    return _ROOM * float(np.abs(codes).max(initial=0)) or 1.0


def code_plane(
    codes: np.ndarray, labels: np.ndarray, classes: tuple[str, ...], limit: float, *, theme: Theme = LIGHT
) -> go.Figure:
    """``codes`` ``[n, 2]`` from −``limit`` to ``limit`` on both axes, which have one scale; ``labels`` int ``[n]`` of
    ``classes``, −1 for none."""
    figure = new_figure(theme, height=_SIDE)
    colours = class_colours(max(len(classes), 1))
    for number in (-1, *range(len(classes))):
        chosen = codes[labels == number]
        if not len(chosen):
            continue
        figure.add_scatter(
            x=chosen[:, 0],
            y=chosen[:, 1],
            mode="markers",
            name=classes[number] if number >= 0 else "–",
            marker={"size": _POINT, "color": colours[number] if number >= 0 else GREY, "opacity": 0.75},
            hovertemplate="%{x:.3g}, %{y:.3g}",
        )
    figure.update_layout(hovermode="closest", showlegend=False, margin={"l": 40, "r": 8, "t": 8, "b": 32})
    figure.update_xaxes(range=[-limit, limit])
    figure.update_yaxes(range=[-limit, limit])
    return figure
