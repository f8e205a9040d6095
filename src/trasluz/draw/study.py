"""A study as figures: one dot per run and the interval of each variant; the learning curves of all on one axis."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from trasluz.draw.colours import GREY, LIGHT, Theme, class_colours
from trasluz.draw.figures import new_figure
from trasluz.draw.history import History
from trasluz.draw.names import higher_is_better, is_share, metric_difference, metric_name, metric_value
from trasluz.messages import _
from trasluz.search.table import Measured, Table

_ROW = 46  # pixels that one variant takes


def variants_figure(table: Table, metric: str, *, theme: Theme = LIGHT) -> go.Figure:
    """One line per variant: a pale dot per seed, a strong dot for the mean, a bar for its 95 % interval.

    A dashed line marks the mean of the reference.  The axis need not start at zero: it compares, it does not count.
    """
    rows = [row for row in table.rows if metric in row.scores]
    height = 96 + _ROW * len(rows)
    figure = new_figure(theme, x=metric_name(metric), height=height)
    scores, colours = [row.scores[metric] for row in rows], class_colours(len(rows))
    runs = [(index, value) for index, score in enumerate(scores) for value in score.values]
    figure.add_scatter(
        x=[value for _index, value in runs],
        y=[index for index, _value in runs],
        mode="markers",
        marker={"size": 8, "color": [colours[index] for index, _value in runs], "opacity": 0.35},
        text=[metric_value(metric, value) for _index, value in runs],
        hovertemplate="%{text}<extra></extra>",
        showlegend=False,
    )
    for index, (row, score, colour) in enumerate(zip(rows, scores, colours, strict=True)):
        figure.add_scatter(
            x=[score.mean],
            y=[index],
            mode="markers",
            marker={"size": 12, "color": colour, "line": {"color": "#ffffff", "width": 1}},
            error_x=_bar(score, colour),  # one colour for a whole trace, so every mean is a trace of its own
            text=[interval_text(metric, score)],
            hovertemplate="%{text}<extra></extra>",
            showlegend=False,
        )
        if row.variant == table.reference:
            figure.add_vline(x=score.mean, line={"color": GREY, "width": 1, "dash": "dash"})
    figure.update_yaxes(
        tickvals=list(range(len(rows))), ticktext=[row.variant for row in rows], range=[len(rows) - 0.4, -0.6], title=""
    )
    figure.update_layout(hovermode="closest", margin={"t": 12})
    if is_share(metric):
        figure.update_xaxes(tickformat=".1%")
    return figure


def curves_figure(
    histories: Mapping[str, Sequence[History]], key: str, *, theme: Theme = LIGHT, height: int = 360
) -> go.Figure:
    """The mean over seeds of ``key`` (``valid/loss``) per epoch, one line per variant."""
    metric = key.rsplit("/", 1)[-1]
    figure = new_figure(theme, x=_("Epoch"), y=metric_name(metric), height=height)
    for (variant, runs), colour in zip(histories.items(), class_colours(len(histories)), strict=True):
        epochs, values = mean_curve(runs, key)
        figure.add_scatter(
            x=epochs,
            y=values,
            name=variant,
            mode="lines+markers" if len(epochs) < 40 else "lines",
            line={"color": colour, "width": 2.2},
            marker={"size": 5},
            hovertemplate="%{y:.2%}" if is_share(metric) else "%{y:.4g}",
        )
    last = max((run.epochs[-1] for runs in histories.values() for run in runs if run.epochs), default=1)
    figure.update_xaxes(tickformat="d", dtick=1 if last <= 12 else None)
    if is_share(metric):
        figure.update_yaxes(tickformat=".1%")
    elif not higher_is_better(metric):
        figure.update_yaxes(rangemode="tozero")
    return figure


def mean_curve(runs: Sequence[History], key: str) -> tuple[list[int], list[float]]:
    """Epochs that every run measured, and the mean over runs there."""
    series = [dict(zip(*run.series(key), strict=True)) for run in runs]
    series = [one for one in series if one]
    if not series:
        return [], []
    epochs = sorted(set.intersection(*(set(one) for one in series)))
    return epochs, [math.fsum(one[epoch] for one in series) / len(series) for epoch in epochs]


def interval_text(metric: str, found: Measured) -> str:
    """``93.1 % (92.8 % to 93.4 %)``; without an interval where none is known."""
    value = metric_value(metric, found.mean)
    if not math.isfinite(found.low):
        return value
    low, high = metric_value(metric, found.low), metric_value(metric, found.high)
    return _("{value} ({low} to {high})").format(value=value, low=low, high=high)


def difference_text(metric: str, found: Measured) -> str:
    """A difference with its sign, ``−1.2 points (−2.0 points to −0.4 points)``; without an interval where none is
    known."""
    value = metric_difference(metric, found.mean)
    if not math.isfinite(found.low):
        return value
    low, high = metric_difference(metric, found.low), metric_difference(metric, found.high)
    return _("{value} ({low} to {high})").format(value=value, low=low, high=high)


def _bar(found: Measured, colour: str) -> dict[str, object]:
    up, down = found.high - found.mean, found.mean - found.low
    return {
        "type": "data",
        "symmetric": False,
        "array": [up if math.isfinite(up) else 0.0],
        "arrayminus": [down if math.isfinite(down) else 0.0],
        "color": colour,
        "thickness": 2,
        "width": 6,
    }
