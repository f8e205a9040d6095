"""One field of a search against the score: a dot for each trial, the best of each value joined by a line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from trasluz.draw.colours import BLUE, LIGHT, VERMILLION, Theme
from trasluz.draw.figures import new_figure
from trasluz.draw.names import higher_is_better, is_share, metric_name, metric_value
from trasluz.messages import _
from trasluz.search.trial_results import TrialResult, is_number, on_a_log_scale

_MOST_JOINED = 12  # different values; more of them were drawn from a range, and have one trial each


def slice_figure(
    trials: Sequence[TrialResult],
    name: str,
    metric: str,
    *,
    best: str = "",
    log: bool | None = None,
    theme: Theme = LIGHT,
    height: int = 300,
) -> go.Figure:
    """``name``: the field; ``best``: the trial that is marked; ``log``: whether its numbers are spread by factors,
    ``None`` where they must tell.  Trials without the field or a score are left out."""
    having = [trial for trial in trials if name in trial.fields and trial.score is not None]
    values = [trial.fields[name] for trial in having]
    numbers = all(map(is_number, values))
    figure = new_figure(theme, x=name, y=metric_name(metric), height=height)
    places = [float(value) if numbers else str(value) for value in values]
    _dots(figure, [t for t in having if t.name != best], places, having, metric, BLUE, _("Trials"))
    _dots(figure, [t for t in having if t.name == best], places, having, metric, VERMILLION, _("The best"))
    tops = _tops(places, [float(trial.score or 0.0) for trial in having], higher_is_better(metric))
    if 1 < len(tops) <= _MOST_JOINED and len(tops) < len(having) and numbers:
        figure.add_scatter(
            x=list(tops),
            y=list(tops.values()),
            mode="lines",
            name=_("Best of each value"),
            line={"color": BLUE, "width": 1.5, "dash": "dot"},
            hoverinfo="skip",
        )
    if numbers and log is None:
        log = on_a_log_scale([float(value) for value in values])
    listed = {"tickvals": list(tops), "ticktext": [f"{x:g}" for x in tops]} if numbers and len(tops) <= 6 else {}
    figure.update_xaxes(type="log" if numbers and log else "linear" if numbers else "category", **listed)
    if is_share(metric):
        figure.update_yaxes(tickformat=".0%")
    figure.update_layout(hovermode="closest")
    return figure


def _dots(
    figure: go.Figure,
    shown: Sequence[TrialResult],
    places: Sequence[Any],
    all_trials: Sequence[TrialResult],
    metric: str,
    colour: str,
    label: str,
) -> None:
    place = {trial.name: where for trial, where in zip(all_trials, places, strict=True)}
    figure.add_scatter(
        x=[place[trial.name] for trial in shown],
        y=[trial.score for trial in shown],
        mode="markers",
        name=label,
        marker={"color": colour, "size": 8, "opacity": 0.45 if colour == BLUE else 1.0},
        text=[f"{trial.name}: {metric_value(metric, trial.score or 0.0)}" for trial in shown],
        hovertemplate="%{text}<extra></extra>",
    )


def _tops(places: Sequence[Any], scores: Sequence[float], rises: bool) -> dict[Any, float]:
    """The best score at each place, in their order."""
    found: dict[Any, float] = {}
    for place, score in zip(places, scores, strict=True):
        found[place] = (max if rises else min)(found.get(place, score), score)
    return dict(sorted(found.items(), key=lambda item: item[0]))
