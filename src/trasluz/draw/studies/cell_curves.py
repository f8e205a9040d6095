"""The validation curves of all trainings of a study in one figure: what was pruned, and when; the best stands out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

import plotly.graph_objects as go

from trasluz.draw.colours import GREY, LIGHT, ORANGE, VERMILLION, Theme
from trasluz.draw.figures import new_figure
from trasluz.draw.names import is_share, metric_name, metric_value
from trasluz.messages import _
from trasluz.search.trial_results import CellResult, TrialResult

T = TypeVar("T")

_FAINT = 40  # trainings from which on lines are paler
_EACH_EPOCH = 10  # epochs that all have their tick: else halves of them would be called by the same number
_NAMED = 200  # trainings up to which a line says whose it is


def cell_curves(
    trials: Sequence[TrialResult], metric: str, *, best: str = "", theme: Theme = LIGHT, height: int = 380
) -> go.Figure:
    """One pale line for each training; those of pruned trials end in a cross where they were stopped."""
    figure = new_figure(theme, x=_("Epoch"), y=metric_name(metric), height=height)
    named = sum(len(trial.cells) for trial in trials) <= _NAMED
    others = [trial for trial in trials if trial.status != "pruned" and trial.name != best]
    pruned = [trial for trial in trials if trial.status == "pruned"]
    _lines(figure, others, metric, GREY, _("Trained to the end"), named)
    _lines(figure, pruned, metric, ORANGE, _("Pruned"), named)
    ends = [cell.curve[-1] for trial in pruned for cell in trial.cells if cell.curve]
    figure.add_scatter(
        x=[epoch for epoch, _value in ends],
        y=[value for _epoch, value in ends],
        mode="markers",
        marker={"symbol": "x", "size": 8, "color": ORANGE},
        showlegend=False,
        hoverinfo="skip",
        visible=bool(ends),
    )
    chosen = [trial for trial in trials if trial.name == best and trial.status != "pruned"]
    _lines(figure, chosen, metric, VERMILLION, _("The best"), named, 2.4)
    if is_share(metric):
        figure.update_yaxes(tickformat=".0%")
    _single_epochs(figure, trials, best)
    last = max((cell.curve[-1][0] for trial in trials for cell in trial.cells if cell.curve), default=1)
    figure.update_xaxes(tickformat="d", dtick=1 if last <= _EACH_EPOCH else None)
    figure.update_layout(hovermode="closest")
    return figure


def _lines(
    figure: go.Figure,
    trials: Sequence[TrialResult],
    metric: str,
    colour: str,
    label: str,
    named: bool,
    width: float = 1.2,
) -> None:
    """All in one trace, set apart by gaps: hundreds of traces would make the page slow."""
    owned = [(trial, cell) for trial in trials for cell in trial.cells if cell.curve]
    drawn = [cell for _trial, cell in owned]
    if not drawn:
        return
    told = [[_told(trial, cell, metric, value) for _epoch, value in cell.curve] for trial, cell in owned if named]
    figure.add_scatter(
        x=_gapped([epoch for epoch, _value in cell.curve] for cell in drawn),
        y=_gapped([value for _epoch, value in cell.curve] for cell in drawn),
        mode="lines",
        name=label,
        line={"color": colour, "width": width},
        opacity=1.0 if width > 2 else 0.35 if len(drawn) > _FAINT else 0.7,
        text=_gapped(told) if named else None,
        hovertemplate="%{text}<extra></extra>" if named else None,
        hoverinfo=None if named else "skip",
    )


def _single_epochs(figure: go.Figure, trials: Sequence[TrialResult], best: str) -> None:
    """A dot for each training of one epoch, of which there is no line; those that were pruned have their cross."""
    alone = [
        (trial, cell.curve[0])
        for trial in trials
        for cell in trial.cells
        if len(cell.curve) == 1 and trial.status != "pruned"
    ]
    if not alone:
        return
    figure.add_scatter(
        x=[epoch for _trial, (epoch, _value) in alone],
        y=[value for _trial, (_epoch, value) in alone],
        mode="markers",
        marker={"size": 6, "color": [VERMILLION if trial.name == best else GREY for trial, _point in alone]},
        text=[trial.name for trial, _point in alone],
        hovertemplate="%{text}<extra></extra>",
        showlegend=False,
    )


def _told(trial: TrialResult, cell: CellResult, metric: str, value: float) -> str:
    """Whose line it is, and the number there."""
    which = _("seed {seed}").format(seed=cell.seed)
    if cell.fold is not None:
        which = _("seed {seed}, fold {fold}").format(seed=cell.seed, fold=cell.fold)
    return f"{trial.name}, {which}: {metric_value(metric, value)}"


def _gapped(parts: Iterable[Sequence[T]]) -> list[T | None]:
    found: list[T | None] = []
    for part in parts:
        found += [*part, None]
    return found
