"""Bars for how many there are: images per split and per class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from trasluz.draw.colours import GREY, LIGHT, SPLITS, Theme
from trasluz.draw.figures import new_figure
from trasluz.draw.names import integer, split_name
from trasluz.messages import _


def split_sizes(sizes: Mapping[str, int], *, theme: Theme = LIGHT) -> go.Figure:
    """One bar per split, its number of samples written on it."""
    figure = new_figure(theme, x=_("Samples"), height=96 + 36 * len(sizes))
    for split, size in sizes.items():
        figure.add_bar(
            y=[split_name(split)],
            x=[size],
            orientation="h",
            text=[integer(size)],
            textposition="outside",
            cliponaxis=False,
            marker={"color": SPLITS.get(split, GREY)},
            hovertemplate="%{x}<extra></extra>",
        )
    largest = max(sizes.values(), default=0)
    figure.update_xaxes(range=[0, 1.15 * max(largest, 1)])
    figure.update_layout(showlegend=False, hovermode="closest", bargap=0.3, margin={"t": 12})
    figure.update_yaxes(autorange="reversed")
    return figure


def class_counts(counts: Mapping[str, Sequence[int]], classes: Sequence[str], *, theme: Theme = LIGHT) -> go.Figure:
    """``counts``: split → samples per class, in the order of ``classes``; bars side by side from zero."""
    figure = new_figure(theme, y=_("Samples"), height=320)
    positions = list(range(len(classes)))
    for split, values in counts.items():
        figure.add_bar(
            x=positions,
            y=list(values),
            name=split_name(split),
            marker={"color": SPLITS.get(split, GREY)},
            hovertemplate="%{y}",
        )
    shown = positions if len(classes) <= 60 else positions[:: -(-len(classes) // 60)]
    figure.update_xaxes(tickmode="array", tickvals=shown, ticktext=[classes[i] for i in shown], showgrid=False)
    figure.update_layout(barmode="group", bargap=0.25)
    return figure
