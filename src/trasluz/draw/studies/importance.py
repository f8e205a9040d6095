"""How much each field of a search decides whether a trial is among the good ones, as bars."""

from __future__ import annotations

from collections.abc import Mapping

import plotly.graph_objects as go

from trasluz.draw.colours import BLUE, LIGHT, Theme
from trasluz.draw.figures import new_figure
from trasluz.messages import _
from trasluz.numerals import percent


def importance_figure(shares: Mapping[str, float], *, theme: Theme = LIGHT) -> go.Figure:
    """``shares``: field → share in [0, 1]; the largest stands at the top."""
    ordered = sorted(shares.items(), key=lambda item: item[1])
    figure = new_figure(theme, x=_("Share of what decides"), height=90 + 40 * len(ordered))
    figure.add_bar(
        x=[share for _name, share in ordered],
        y=[name.rsplit(".", 1)[-1] for name, _share in ordered],
        customdata=[name for name, _share in ordered],
        orientation="h",
        marker={"color": BLUE},
        text=[percent(share, 0) for _name, share in ordered],
        textposition="auto",
        hovertemplate="%{customdata}: %{text}<extra></extra>",
    )
    figure.update_xaxes(tickformat=".0%", range=[0, 1.02])
    figure.update_layout(hovermode="closest", margin={"t": 12})
    return figure
