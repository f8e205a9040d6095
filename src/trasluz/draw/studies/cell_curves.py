"""The validation curves of all trainings of a study in one figure: what was pruned, and when; the best stands out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import plotly.graph_objects as go

from trasluz.draw.colours import GREY, LIGHT, ORANGE, VERMILLION, Theme
from trasluz.draw.figures import new_figure
from trasluz.draw.names import is_share, metric_name
from trasluz.messages import _
from trasluz.search.trial_results import CellResult, TrialResult

_FAINT = 40  # trainings from which on lines are paler


def cell_curves(
    trials: Sequence[TrialResult], metric: str, *, best: str = "", theme: Theme = LIGHT, height: int = 380
) -> go.Figure:
    """One pale line for each training; those of pruned trials end in a cross where they were stopped."""
    figure = new_figure(theme, x=_("Epoch"), y=metric_name(metric), height=height)
    others = [cell for t in trials if t.status != "pruned" and t.name != best for cell in t.cells]
    pruned = [cell for t in trials if t.status == "pruned" for cell in t.cells]
    _lines(figure, others, GREY, _("Trained to the end"))
    _lines(figure, pruned, ORANGE, _("Pruned"))
    ends = [cell.curve[-1] for cell in pruned if cell.curve]
    figure.add_scatter(
        x=[epoch for epoch, _value in ends],
        y=[value for _epoch, value in ends],
        mode="markers",
        marker={"symbol": "x", "size": 8, "color": ORANGE},
        showlegend=False,
        hoverinfo="skip",
        visible=bool(ends),
    )
    _lines(figure, [cell for t in trials if t.name == best for cell in t.cells], VERMILLION, _("The best"), 2.4)
    if is_share(metric):
        figure.update_yaxes(tickformat=".0%")
    figure.update_xaxes(tickformat="d")
    figure.update_layout(hovermode="closest")
    return figure


def _lines(figure: go.Figure, cells: Sequence[CellResult], colour: str, label: str, width: float = 1.2) -> None:
    """All in one trace, set apart by gaps: hundreds of traces would make the page slow."""
    drawn = [cell for cell in cells if cell.curve]
    if not drawn:
        return
    figure.add_scatter(
        x=_gapped([epoch for epoch, _value in cell.curve] for cell in drawn),
        y=_gapped([value for _epoch, value in cell.curve] for cell in drawn),
        mode="lines",
        name=label,
        line={"color": colour, "width": width},
        opacity=1.0 if width > 2 else 0.35 if len(drawn) > _FAINT else 0.7,
        hoverinfo="skip",
    )


def _gapped(parts: Iterable[Sequence[float]]) -> list[float | None]:
    found: list[float | None] = []
    for part in parts:
        found += [*part, None]
    return found
