"""Learning curves: training and validation per epoch on one honest axis, phases and best epoch marked."""

from __future__ import annotations

import plotly.graph_objects as go

from trasluz.draw.colours import LIGHT, ORANGE, SPLITS, Theme, class_colours
from trasluz.draw.figures import add_scale_buttons, new_figure
from trasluz.draw.history import History
from trasluz.draw.names import higher_is_better, is_share, metric_name, split_name
from trasluz.messages import _

_DASHES = {"train": "dot", "valid": "solid", "test": "dash"}


def learning_curves(
    history: History, metric: str, *, best_epoch: int | None = None, theme: Theme = LIGHT, height: int = 340
) -> go.Figure:
    """One metric over the epochs, one line per split.

    Amounts start at zero, shares are percentages of their own range; a logarithmic scale is one button away
    where the values span more than a factor of five.  ``best_epoch`` is marked on the validation line.
    """
    figure = new_figure(theme, x=_("Epoch"), y=metric_name(metric), height=height)
    spread: list[float] = []
    for index, split in enumerate(history.splits(metric)):
        epochs, values = history.series(f"{split}/{metric}")
        spread += values
        figure.add_scatter(
            x=epochs,
            y=values,
            name=split_name(split),
            mode="lines+markers" if len(epochs) < 60 else "lines",
            line={
                "color": SPLITS.get(split, class_colours(index + 1)[index]),
                "width": 2.2,
                "dash": _DASHES.get(split, "solid"),
            },
            marker={"size": 5},
            hovertemplate="%{y:.2%}" if is_share(metric) else "%{y:.4g}",
        )
    if is_share(metric):
        figure.update_yaxes(tickformat=".0%" if spread and max(spread) - min(spread) > 0.05 else ".1%")
    elif not higher_is_better(metric):
        figure.update_yaxes(rangemode="tozero")
    if spread and min(spread) > 0 and max(spread) > 5 * min(spread) and not is_share(metric):
        add_scale_buttons(figure, _("linear"), _("log"))
    _count_epochs(figure, history)
    _mark_phases(figure, history, theme)
    _mark_best(figure, history, metric, best_epoch)
    return figure


def learning_rate(history: History, *, theme: Theme = LIGHT, height: int = 240) -> go.Figure:
    """The learning rate at the end of each epoch."""
    figure = new_figure(theme, x=_("Epoch"), y=metric_name("rate"), height=height)
    epochs, values = history.series("rate")
    figure.add_scatter(
        x=epochs,
        y=values,
        mode="lines",
        name=metric_name("rate"),
        line={"color": ORANGE, "width": 2.2, "shape": "linear"},
        hovertemplate="%{y:.3g}",
    )
    figure.update_yaxes(rangemode="tozero", exponentformat="power")
    _count_epochs(figure, history)
    figure.update_layout(showlegend=False, margin={"t": 16})
    _mark_phases(figure, history, theme)
    return figure


def _count_epochs(figure: go.Figure, history: History) -> None:
    """Whole epochs only on the axis."""
    few = len(history.epochs) <= 12
    figure.update_xaxes(tickformat="d", **({"dtick": 1} if few else {}))


def _mark_phases(figure: go.Figure, history: History, theme: Theme) -> None:
    if len(history.phases) < 2:
        return
    for name, first in history.phases:
        if first != history.epochs[0]:
            figure.add_vline(x=first - 0.5, line={"color": theme.axis, "width": 1, "dash": "dash"})
        figure.add_annotation(
            x=first, y=0.99, yref="paper", yanchor="top", xanchor="left", text=name, showarrow=False, font={"size": 12}
        )


def _mark_best(figure: go.Figure, history: History, metric: str, best_epoch: int | None) -> None:
    splits = history.splits(metric)
    split = "valid" if "valid" in splits else next(iter(splits), "")
    epochs, values = history.series(f"{split}/{metric}")
    if best_epoch is None or best_epoch not in epochs:
        return
    figure.add_scatter(
        x=[best_epoch],
        y=[values[epochs.index(best_epoch)]],
        mode="markers",
        name=_("best epoch: {epoch}").format(epoch=best_epoch),
        marker={"symbol": "star", "size": 13, "color": ORANGE, "line": {"color": "#ffffff", "width": 1}},
        hoverinfo="skip",
    )
