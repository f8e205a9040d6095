"""The common ground of all figures: margins, fonts, axes and legend, so that they look like one hand drew them.

Backgrounds are transparent: the page or notebook behind a figure decides whether it is light or dark.
"""

from __future__ import annotations

import textwrap
from typing import Any

import plotly.graph_objects as go

from trasluz.draw.colours import LIGHT, Theme

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
_CLEAR = "rgba(0,0,0,0)"
_LETTER = 11  # pixels of a figure's height for each letter of the title beside it


def new_figure(theme: Theme = LIGHT, *, x: str = "", y: str = "", height: int = 340) -> go.Figure:
    """An empty figure with axis titles ``x`` and ``y``; ``height`` in pixels, the width is the container's."""
    figure = go.Figure()
    figure.update_layout(
        template="none",
        height=height,
        margin={"l": 56, "r": 16, "t": 36, "b": 48},
        paper_bgcolor=_CLEAR,
        plot_bgcolor=_CLEAR,
        font={"family": FONT, "size": 13, "color": theme.ink},
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "bgcolor": _CLEAR},
        hoverlabel={"font": {"family": FONT, "size": 13}},
        hovermode="x unified",
        # If labels at the ends of the axis changed its width, that would change the labels, and so on for ever.
        xaxis=_axis(theme, x) | {"automargin": "height"},
        yaxis=_axis(theme, "<br>".join(textwrap.wrap(y, height // _LETTER))),
    )
    return figure


def _axis(theme: Theme, title: str) -> dict[str, Any]:
    return {
        "title": {"text": title, "standoff": 10},
        "gridcolor": theme.grid,
        "linecolor": theme.axis,
        "zeroline": False,
        "automargin": True,
        "ticks": "outside",
        "tickcolor": theme.axis,
        "ticklen": 4,
    }


def add_scale_buttons(figure: go.Figure, linear: str, logarithmic: str) -> None:
    """Two buttons that switch the vertical axis between a linear and a logarithmic scale."""
    buttons = [
        {"label": linear, "method": "relayout", "args": [{"yaxis.type": "linear", "yaxis.autorange": True}]},
        {"label": logarithmic, "method": "relayout", "args": [{"yaxis.type": "log", "yaxis.autorange": True}]},
    ]
    menu = {
        "type": "buttons",
        "direction": "right",
        "buttons": buttons,
        "showactive": True,
        "x": 1,
        "xanchor": "right",
        "y": 0,
        "yanchor": "top",
        "pad": {"t": 26, "r": 0},  # beside the title of the horizontal axis, where no line and no legend runs
        "font": {"size": 11, "color": "#2a2d33"},
        "bgcolor": "#f3f0e9",
        "bordercolor": "#cfcabf",
        "borderwidth": 1,
    }
    figure.update_layout(updatemenus=[menu])
