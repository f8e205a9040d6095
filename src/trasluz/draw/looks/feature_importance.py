"""What a classifier of tables decides by: the accuracy that each column is worth, and the rows over the best ones."""

from __future__ import annotations

from itertools import product

import numpy as np
import plotly.graph_objects as go

from trasluz.draw.colours import BLUE, GREY, class_colours
from trasluz.draw.escaping import escape
from trasluz.draw.figures import FONT, new_figure
from trasluz.draw.looking import Question
from trasluz.draw.names import integer, percent, points, split_name
from trasluz.draw.panel import Panel
from trasluz.look.looks.feature_importance import FeatureImportanceResult
from trasluz.messages import _, ngettext
from trasluz.metrics.intervals import mean_interval

QUESTION: Question = "decides"
ORDER = 6
_MOST = 20  # columns in the figure
_BAR, _FRAME = 24, 110  # pixels of a bar, and of what is around all
_CELL, _GAP = 150, 0.025


def draw(result: FeatureImportanceResult) -> tuple[Panel, ...]:
    """Bars with their intervals, then each of the best columns against each other."""
    panels = [_bars(result)]
    return (*panels, *([_matrix(result)] if len(result.shown) > 1 else []))


def _bars(result: FeatureImportanceResult) -> Panel:
    found = [mean_interval([float(drop) for drop in drops]) for drops in result.drops]
    order = sorted(range(len(found)), key=lambda c: (-found[c][0], c))[:_MOST][::-1]
    means = [100 * found[c][0] for c in order]
    figure = new_figure(x=_("accuracy lost when shuffled (points)"), height=_FRAME + _BAR * len(order))
    figure.add_bar(
        x=means,
        y=[str(escape(result.columns[c])) for c in order],
        orientation="h",
        marker_color=BLUE,
        error_x={"type": "data", "array": [100 * (found[c][2] - found[c][0]) for c in order], "color": GREY},
        hovertemplate="%{y}: %{x:.1f}<extra></extra>",
    )
    figure.update_layout(hovermode="closest", showlegend=False)
    best = order[-1]
    verdict = _("Most depends on {column}: shuffled, it costs {drop} points of an accuracy of {accuracy}.").format(
        column=result.columns[best], drop=points(found[best][0]), accuracy=percent(result.accuracy)
    )
    useless = sum(low <= 0 for _mean, low, _high in found)
    if useless:
        told = ngettext(
            "Of {n} column of {total} no loss is certain.", "Of {n} columns of {total} no loss is certain.", useless
        )
        verdict += " " + told.format(n=useless, total=len(found))
    note = _(
        "Each column is shuffled among the rows {n} times, the others stay ({rows} rows, {split}); the bar is the mean "
        "loss, the line its 95 % interval over the shuffles. Columns that say the same stand in for each other, so "
        "that each of them alone costs little."
    ).format(n=result.drops.shape[1], rows=integer(result.count), split=split_name(result.split or "valid"))
    alt = _("Bars of the accuracy that each column is worth")
    return Panel(_("Which columns does it decide by?"), figure, alt, note, verdict)


def _matrix(result: FeatureImportanceResult) -> Panel:
    names = [str(escape(result.columns[c])) for c in result.shown]
    figure = _frames(names)
    colours = class_colours(len(result.classes))
    for row, column in product(range(len(names)), repeat=2):
        if column < row:
            _add_cell(figure, result, (row, column), colours)
        elif column == row:
            _add_counts(figure, result, row, colours)
    note = _(
        "Up to five columns of numbers, the most important first; each point is a row ({n} of the split), in the "
        "colour of its true class; a ring marks rows that the model takes for another class. A click on a class "
        "hides it."
    ).format(n=integer(len(result.values)))
    wrong = int((result.said != result.labels).sum())
    verdict = ngettext(
        "{n} of these {total} rows is taken for another class.",
        "{n} of these {total} rows are taken for another class.",
        wrong,
    ).format(n=wrong, total=len(result.labels))
    alt = _("Each of {names} against each other, in the colours of the classes").format(
        names=", ".join(result.columns[c] for c in result.shown)
    )
    return Panel(_("Its rows over these columns"), figure, alt, note, verdict)


def _axis_number(row: int, column: int, count: int) -> str:
    """Of the axes of a cell: the first has no number."""
    number = row * count + column + 1
    return "" if number == 1 else str(number)


def _frames(names: list[str]) -> go.Figure:
    """A triangle of cells, columns' names at its edges."""
    count = len(names)
    figure = go.Figure()
    side = (1 - _GAP * (count - 1)) / count
    layout: dict[str, object] = {}
    for row, column in product(range(count), repeat=2):
        if column > row:
            continue
        number = _axis_number(row, column, count)
        left, bottom = column * (side + _GAP), 1 - row * (side + _GAP) - side
        plain = {"showgrid": False, "zeroline": False, "ticks": "", "nticks": 4, "tickfont": {"size": 10}}
        layout[f"xaxis{number}"] = plain | {
            "domain": [left, min(left + side, 1)],
            "anchor": f"y{number}",
            "title": {"text": names[column] if row == count - 1 else "", "font": {"size": 11}, "standoff": 4},
            "showticklabels": row == count - 1,
        }
        layout[f"yaxis{number}"] = plain | {
            "domain": [max(bottom, 0), bottom + side],
            "anchor": f"x{number}",
            "title": {"text": names[row] if column == 0 and row else "", "font": {"size": 11}, "standoff": 4},
            "showticklabels": column == 0 and row > 0,
        }
    clear = "rgba(0,0,0,0)"
    figure.update_layout(
        template="none",
        height=_CELL * count + _FRAME,
        margin={"l": 60, "r": 10, "t": 30, "b": 50},
        paper_bgcolor=clear,
        plot_bgcolor=clear,
        font={"family": FONT, "size": 13},
        legend={"x": 1, "y": 1, "xanchor": "right", "yanchor": "top", "bgcolor": clear, "itemsizing": "constant"},
        hovermode="closest",
        barmode="overlay",
        hoverlabel={"font": {"family": FONT, "size": 13}},
        **layout,
    )
    return figure


def _add_cell(
    figure: go.Figure, result: FeatureImportanceResult, cell: tuple[int, int], colours: tuple[str, ...]
) -> None:
    row, column = cell
    number = _axis_number(row, column, len(result.shown))
    x, y = result.values[:, column], result.values[:, row]
    where = {"xaxis": f"x{number}", "yaxis": f"y{number}", "mode": "markers", "showlegend": False}
    for label, colour in enumerate(colours):
        chosen = result.labels == label
        name = str(escape(result.classes[label]))
        figure.add_scatter(
            x=x[chosen],
            y=y[chosen],
            legendgroup=name,
            name=name,
            marker={"color": colour, "size": 5, "opacity": 0.75},
            **where,
        )
    wrong = result.said != result.labels
    if wrong.any():
        name, ring = _("taken for another class"), {"symbol": "circle-open", "size": 10, "color": GREY}
        figure.add_scatter(x=x[wrong], y=y[wrong], legendgroup="wrong", name=name, marker=ring, **where)
        figure.data[-1].showlegend = (row, column) == (1, 0)


def _add_counts(figure: go.Figure, result: FeatureImportanceResult, row: int, colours: tuple[str, ...]) -> None:
    number = _axis_number(row, row, len(result.shown))
    values = result.values[:, row]
    whole = values[np.isfinite(values)]
    edges = np.histogram_bin_edges(whole, bins=16) if len(whole) else np.array([0.0, 1.0])
    for label, colour in enumerate(colours):
        name = str(escape(result.classes[label]))
        counts, _edges = np.histogram(whole[result.labels[np.isfinite(values)] == label], edges)
        figure.add_bar(
            x=(edges[:-1] + edges[1:]) / 2,
            y=counts,
            width=np.diff(edges),
            xaxis=f"x{number}",
            yaxis=f"y{number}",
            marker={"color": colour, "opacity": 0.6},
            legendgroup=name,
            name=name,
            showlegend=row == 0,
        )
