"""A map of points where there is no page around it: one Plotly figure, coloured in the first way that there is."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from trasluz.draw.colours import GREY, LIGHT, Theme
from trasluz.draw.figures import new_figure
from trasluz.draw.panel import Amounts, Kinds, PointMap


def points_figure(points: PointMap, *, theme: Theme = LIGHT) -> go.Figure:
    """The first map with the first colouring; a name per point on hover."""
    figure = new_figure(theme, height=520)
    _name, positions = points.maps[0]
    colouring = points.colourings[0]
    if isinstance(colouring, Kinds):
        _add_kinds(figure, positions, points.rows, colouring)
    else:
        _add_amounts(figure, positions, points.rows, colouring)
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False, scaleanchor="x")
    figure.update_layout(hovermode="closest")
    return figure


def _add_kinds(figure: go.Figure, positions: np.ndarray, rows: tuple[str, ...], colouring: Kinds) -> None:
    """A trace per kind, so that the legend hides and shows it; points without one are grey and have no name."""
    for kind in (-1, *range(len(colouring.names))):
        chosen = np.flatnonzero(colouring.values == kind)
        if len(chosen):
            name = colouring.names[kind] if kind >= 0 else ""
            colour = colouring.colours[kind] if kind >= 0 else GREY
            _add(figure, positions, rows, chosen, {"color": colour, "size": 4}, name)


def _add_amounts(figure: go.Figure, positions: np.ndarray, rows: tuple[str, ...], colouring: Amounts) -> None:
    known = np.isfinite(colouring.values)
    _add(figure, positions, rows, np.flatnonzero(~known), {"color": GREY, "size": 4}, "")
    marker = {
        "color": colouring.values[known].tolist(),
        "cmin": colouring.low,
        "cmax": colouring.high,
        "colorscale": list(colouring.colours),
        "colorbar": {"title": {"text": colouring.title}},
        "size": 4,
    }
    _add(figure, positions, rows, np.flatnonzero(known), marker, colouring.title)
    figure.update_layout(showlegend=False)


def _add(
    figure: go.Figure,
    positions: np.ndarray,
    rows: tuple[str, ...],
    chosen: np.ndarray,
    marker: dict[str, object],
    name: str,
) -> None:
    figure.add_scattergl(
        x=positions[chosen, 0].tolist(),
        y=positions[chosen, 1].tolist(),
        mode="markers",
        marker=marker,
        name=name,
        showlegend=bool(name),
        text=[rows[i] for i in chosen],
        hovertemplate="%{text}<extra>" + name.replace("<", "&lt;") + "</extra>",
    )
