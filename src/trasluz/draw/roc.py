"""The two curves of a score that tells two classes apart: ROC, and precision against recall."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from trasluz.draw.colours import BLUE, GREY, LIGHT, Theme
from trasluz.draw.figures import new_figure
from trasluz.messages import _

_MOST_POINTS = 400  # more cannot be told apart, and would make the page heavy


def roc_figure(false_alarms: np.ndarray, hits: np.ndarray, *, theme: Theme = LIGHT) -> go.Figure:
    """The ROC curve from rates in [0, 1], rising together, with the diagonal of chance."""
    figure = new_figure(theme, x=_("Share of false alarms"), y=_("Share of hits"), height=380)
    _add_chance(figure, [0, 1])
    _add_curve(
        figure,
        false_alarms,
        hits,
        _("{hits} of hits at {alarms} of false alarms").format(hits="%{y:.1%}", alarms="%{x:.1%}"),
    )
    return figure


def precision_recall_figure(
    recall: np.ndarray, precision: np.ndarray, share: float, *, theme: Theme = LIGHT
) -> go.Figure:
    """Precision over recall, both in [0, 1]; ``share`` of positives is the precision of chance."""
    figure = new_figure(theme, x=_("Recall"), y=_("Precision"), height=380)
    _add_chance(figure, [share, share])
    _add_curve(
        figure,
        recall,
        precision,
        _("{precision} precision at {recall} recall").format(precision="%{y:.1%}", recall="%{x:.1%}"),
    )
    return figure


def _add_chance(figure: go.Figure, y: list[float]) -> None:
    figure.add_scatter(
        x=[0, 1],
        y=y,
        mode="lines",
        name=_("chance"),
        line={"color": GREY, "dash": "dash", "width": 1.5},
        hoverinfo="skip",
    )


def _add_curve(figure: go.Figure, x: np.ndarray, y: np.ndarray, hover: str) -> None:
    chosen = _thinned(x, y)
    figure.add_scatter(
        x=[round(float(v), 5) for v in x[chosen]],
        y=[round(float(v), 5) for v in y[chosen]],
        mode="lines",
        name=_("this model"),
        line={"color": BLUE, "width": 2},
        hovertemplate=hover + "<extra></extra>",
    )
    figure.update_xaxes(range=[-0.02, 1.04], tickformat=".0%")
    figure.update_yaxes(range=[-0.02, 1.04], tickformat=".0%")
    figure.update_layout(hovermode="closest")


def _thinned(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Positions of points about evenly spaced along the curve, the ends among them."""
    if len(x) <= _MOST_POINTS:
        return np.arange(len(x))
    along = np.concatenate([[0.0], np.cumsum(np.abs(np.diff(x)) + np.abs(np.diff(y)))])
    return np.unique(np.searchsorted(along, np.linspace(0, along[-1], _MOST_POINTS)).clip(0, len(x) - 1))
