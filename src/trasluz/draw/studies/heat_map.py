"""Two fields of a search against each other: the best score of each pair of values."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import plotly.graph_objects as go

from trasluz.draw.colours import LIGHT, PAPER_SCALE, Theme
from trasluz.draw.figures import new_figure
from trasluz.draw.names import higher_is_better, is_share, metric_name, metric_value
from trasluz.numerals import significant
from trasluz.search.trial_results import TrialResult, is_number, on_a_log_scale

_MOST = 8  # rows and columns: more values become as many ranges
_WRITTEN = 6  # columns in which a number has room on a phone


def heat_map(
    trials: Sequence[TrialResult],
    across: str,
    down: str,
    metric: str,
    *,
    logs: Mapping[str, bool] | None = None,
    theme: Theme = LIGHT,
) -> go.Figure:
    """The best score of each pair of values of ``across`` and ``down``; empty where no trial has the pair.

    ``logs``: whether a field's numbers are spread by factors; where it does not say, the numbers do.
    """
    known_logs = logs or {}
    having = [t for t in trials if across in t.fields and down in t.fields and t.score is not None]
    columns, of_columns = _bins([trial.fields[across] for trial in having], known_logs.get(across))
    rows, of_rows = _bins([trial.fields[down] for trial in having], known_logs.get(down))
    rises = higher_is_better(metric)
    cells = np.full((len(rows), len(columns)), math.nan)
    for trial, column, row in zip(having, of_columns, of_rows, strict=True):
        score, known = float(trial.score or 0.0), cells[row, column]
        cells[row, column] = score if math.isnan(known) else (max if rises else min)(known, score)
    texts = [["" if math.isnan(value) else metric_value(metric, value) for value in row] for row in cells]
    short = [name.rsplit(".", 1)[-1] for name in (across, down)]
    figure = new_figure(theme, x=short[0], y=short[1], height=int(150 + 42 * len(rows)))
    figure.add_heatmap(
        z=[[None if math.isnan(value) else value for value in row] for row in cells.tolist()],
        x=columns,
        y=rows,
        text=texts,
        texttemplate="%{text}" if len(columns) <= _WRITTEN else None,
        colorscale=[[share if rises else 1 - share, colour] for share, colour in PAPER_SCALE][:: 1 if rises else -1],
        hovertemplate=f"{across} = %{{x}}<br>{down} = %{{y}}<br>{metric_name(metric)}: %{{text}}<extra></extra>",
        xgap=2,
        ygap=2,
        colorbar={"thickness": 12, "tickformat": ".0%" if is_share(metric) else None},
    )
    figure.update_xaxes(type="category", showgrid=False)
    figure.update_yaxes(type="category", showgrid=False)
    figure.update_layout(hovermode="closest", margin={"t": 16})
    return figure


def _bins(values: Sequence[Any], log: bool | None) -> tuple[list[str], list[int]]:
    """What rows or columns are called, and in which each of ``values`` lies."""
    if not all(map(is_number, values)):
        names = list(dict.fromkeys(map(str, values)))
        return names, [names.index(str(value)) for value in values]
    known = sorted({float(value) for value in values})
    if len(known) <= _MOST:
        return [f"{value:g}" for value in known], [known.index(float(value)) for value in values]
    logs = on_a_log_scale(known) if log is None else log and known[0] > 0
    low, high = ((math.log(value) if logs else value) for value in (known[0], known[-1]))
    ends = np.linspace(low, high, _MOST + 1)
    places = np.array([math.log(value) if logs else float(value) for value in values])
    told = [math.exp(end) if logs else float(end) for end in ends]
    names = [f"{significant(low, 2)} – {significant(high, 2)}" for low, high in pairwise(told)]
    return names, np.clip(np.searchsorted(ends, places, "right") - 1, 0, _MOST - 1).tolist()
