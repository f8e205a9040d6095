"""ROC, and precision against recall: of a score that tells two classes apart, or of each class against the rest."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go

from trasluz.draw.colours import BLUE, GREY, LIGHT, Theme, class_colours
from trasluz.draw.figures import new_figure
from trasluz.messages import _
from trasluz.metrics.roc import Curves

_MOST_POINTS = 400  # more cannot be told apart, and would make the page heavy
_FEWER_POINTS = 100  # of each of several curves


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


def class_roc_figure(classes: Mapping[str, Curves], *, theme: Theme = LIGHT) -> go.Figure:
    """The ROC curve of each class against all others, with the diagonal of chance."""
    figure = new_figure(theme, x=_("Share of false alarms"), y=_("Share of hits"), height=420)
    _add_chance(figure, [0, 1])
    hover = _("{hits} of hits at {alarms} of false alarms").format(hits="%{y:.1%}", alarms="%{x:.1%}")
    for (name, found), colour in zip(classes.items(), class_colours(len(classes)), strict=True):
        _add_curve(figure, found.false_alarms, found.hits, hover, name, colour, _FEWER_POINTS)
    return figure


def class_precision_recall_figure(classes: Mapping[str, Curves], *, theme: Theme = LIGHT) -> go.Figure:
    """Precision over recall of each class against all others; chance differs with the class, so it is not drawn."""
    figure = new_figure(theme, x=_("Recall"), y=_("Precision"), height=420)
    hover = _("{precision} precision at {recall} recall").format(precision="%{y:.1%}", recall="%{x:.1%}")
    for (name, found), colour in zip(classes.items(), class_colours(len(classes)), strict=True):
        _add_curve(figure, found.recall, found.precision, hover, name, colour, _FEWER_POINTS)
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


def _add_curve(
    figure: go.Figure, x: np.ndarray, y: np.ndarray, hover: str, name: str = "", colour: str = BLUE, most: int = 0
) -> None:
    chosen = _thinned(x, y, most or _MOST_POINTS)
    shown = f"{name}: {hover}" if name else hover
    figure.add_scatter(
        x=[round(float(v), 5) for v in x[chosen]],
        y=[round(float(v), 5) for v in y[chosen]],
        mode="lines",
        name=name or _("this model"),
        line={"color": colour, "width": 2},
        hovertemplate=shown + "<extra></extra>",
    )
    figure.update_xaxes(range=[-0.02, 1.04], tickformat=".0%")
    figure.update_yaxes(range=[-0.02, 1.04], tickformat=".0%")
    figure.update_layout(hovermode="closest")


def _thinned(x: np.ndarray, y: np.ndarray, most: int) -> np.ndarray:
    """Positions of points about evenly spaced along the curve, the ends among them."""
    if len(x) <= most:
        return np.arange(len(x))
    along = np.concatenate([[0.0], np.cumsum(np.abs(np.diff(x)) + np.abs(np.diff(y)))])
    return np.unique(np.searchsorted(along, np.linspace(0, along[-1], most)).clip(0, len(x) - 1))
