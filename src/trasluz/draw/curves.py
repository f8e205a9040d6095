"""Learning curves: training and validation per epoch and per step on honest axes, and the gap between them."""

from __future__ import annotations

import plotly.graph_objects as go

from trasluz.draw.colours import LIGHT, ORANGE, PURPLE, SPLITS, Theme, class_colours
from trasluz.draw.figures import add_scale_buttons, new_figure
from trasluz.draw.history import History
from trasluz.draw.names import higher_is_better, is_share, metric_name, split_name
from trasluz.draw.steps import Steps
from trasluz.messages import _

_BEYOND = 0.03  # that an axis of shares reaches below none and above all, for the marks there
_DASHES = {"train": "dot", "train_eval": "solid", "valid": "solid", "test": "dash"}


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
    _honest_axis(figure, metric, spread)
    _count_epochs(figure, history)
    _mark_phases(figure, history, theme)
    _mark_best(figure, history, metric, best_epoch)
    return figure


def step_curves(steps: Steps, metric: str, *, theme: Theme = LIGHT, height: int = 340) -> go.Figure:
    """One metric over the steps: means over stretches of training steps, each at the middle of its stretch, and
    validation at the step after which it was measured.  The axes are those of ``learning_curves``."""
    figure = new_figure(theme, x=_("Step"), y=metric_name(metric), height=height)
    shown, spread = "%{y:.2%}" if is_share(metric) else "%{y:.4g}", []
    for split, (x, y) in (("train", steps.training(metric)), ("valid", steps.validation(metric))):
        spread += y
        if not x:
            continue
        figure.add_scatter(
            x=x,
            y=[float(f"{value:.5g}") for value in y],
            name=split_name(split),
            mode="lines" if split == "train" else "markers" if len(x) < 60 else "lines",
            line={"color": SPLITS[split], "width": 1.4 if split == "train" else 2.2},
            marker={"size": 6},
            hovertemplate=shown,
        )
    _honest_axis(figure, metric, spread)
    figure.update_xaxes(rangemode="tozero")
    phases = steps.phases()
    if len(phases) > 1:
        for name, first in phases:
            _mark_phase(figure, name, first, theme, line=first > 0)
    return figure


def gap_curve(history: History, metric: str, *, theme: Theme = LIGHT, height: int = 240) -> go.Figure:
    """Validation minus training (in evaluation, where that was measured) of one metric, epoch by epoch, with the line
    of no gap."""
    shares = is_share(metric)
    figure = new_figure(theme, x=_("Epoch"), y=_("Gap (points)") if shares else _("Gap"), height=height)
    epochs, gaps = history.gap(metric)
    figure.add_hline(y=0, line={"color": theme.axis, "width": 1.5})
    figure.add_scatter(
        x=epochs,
        y=[100 * gap for gap in gaps] if shares else gaps,
        mode="lines+markers" if len(epochs) < 60 else "lines",
        name=metric_name(metric),
        line={"color": PURPLE, "width": 2.2},
        marker={"size": 5},
        fill="tozeroy",
        fillcolor="rgba(204,121,167,0.18)",
        hovertemplate="%{y:+.2f}" if shares else "%{y:+.4g}",
    )
    figure.update_yaxes(rangemode="tozero")
    _count_epochs(figure, history)
    if epochs:
        room = 0.02 * (epochs[-1] - epochs[0]) + 0.1  # a fill ends the axis at the first and last point
        figure.update_xaxes(range=[epochs[0] - room, epochs[-1] + room])
    figure.update_layout(showlegend=False, margin={"t": 16})
    _mark_phases(figure, history, theme)
    return figure


def _honest_axis(figure: go.Figure, metric: str, spread: list[float]) -> None:
    """Amounts from zero, shares in per cent of their own range; a logarithmic scale where it shows more."""
    if is_share(metric):
        # Around a line that never moves there would be room for 200 %.
        figure.update_yaxes(autorangeoptions={"minallowed": -_BEYOND, "maxallowed": 1 + _BEYOND})
        figure.update_yaxes(tickformat=".0%" if spread and max(spread) - min(spread) > 0.05 else ".1%")
    elif not higher_is_better(metric):
        figure.update_yaxes(rangemode="tozero")
    if spread and min(spread) > 0 and max(spread) > 5 * min(spread) and not is_share(metric):
        add_scale_buttons(figure, _("linear"), _("log"))


def learning_rate(history: History, *, theme: Theme = LIGHT, height: int = 240) -> go.Figure:
    """The learning rate at the end of each epoch."""
    figure = new_figure(theme, x=_("Epoch"), y=metric_name("learning_rate"), height=height)
    epochs, values = history.series("learning_rate")
    figure.add_scatter(
        x=epochs,
        y=values,
        mode="lines",
        name=metric_name("learning_rate"),
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
        _mark_phase(figure, name, first, theme, line=first != history.epochs[0], before=0.5)


def _mark_phase(figure: go.Figure, name: str, first: float, theme: Theme, *, line: bool, before: float = 0.0) -> None:
    """The name of a phase where it starts, and a line ``before`` that."""
    if line:
        figure.add_vline(x=first - before, line={"color": theme.axis, "width": 1, "dash": "dash"})
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
