"""The plane of two features with the regions of the classes and the points; a perceptron's line after every update."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go

from trasluz.draw.colours import GREY, ORANGE, class_colours
from trasluz.draw.figures import new_figure
from trasluz.draw.looking import Question
from trasluz.draw.names import integer, percent, significant, split_name
from trasluz.draw.panel import Panel, Table
from trasluz.draw.plane import Corner, clipped, nearest, region_colours
from trasluz.look.looks.boundary import BoundaryResult
from trasluz.messages import _, ngettext

QUESTION: Question = "decides"
ORDER = 5
_SIDE = 480
_MOST_STEPS = 60  # of the slider
_MOST_ROWS = 20
_BESIDE = 0.1  # of the plane, around the lines that widen it


def draw(result: BoundaryResult) -> tuple[Panel, ...]:
    """The regions; for a perceptron also its line after every update, and a table of these."""
    panels = [_regions(result)]
    if len(result.weights):
        panels += [_way(result), _updates(result)]
    return tuple(panels)


def _regions(result: BoundaryResult) -> Panel:
    corners = (float(result.across[0]), float(result.up[0])), (float(result.across[-1]), float(result.up[-1]))
    figure = _plane(result, *corners)
    _add_regions(figure, result)
    _add_border(figure, result)
    _add_points(figure, result)
    wrong = (result.labels >= 0) & (result.said != result.labels)
    if wrong.any():
        _add(
            figure, result.points[wrong], {"symbol": "circle-open", "size": 15, "color": GREY}, _("in the wrong region")
        )
    alt = _("The plane of {first} and {second} in the colours of {n} classes, with {points} points").format(
        first=result.features[0],
        second=result.features[1],
        n=len(result.classes),
        points=integer(len(result.points)),
    )
    return Panel(_("The regions of the classes"), figure, alt, _note(result), _verdict(result))


def _plane(result: BoundaryResult, low: Corner, high: Corner) -> go.Figure:
    figure = new_figure(x=result.features[0], y=result.features[1], height=_SIDE)
    figure.update_xaxes(range=[low[0], high[0]], showgrid=False)
    figure.update_yaxes(range=[low[1], high[1]], showgrid=False)
    figure.update_layout(hovermode="closest")
    return figure


def _add_regions(figure: go.Figure, result: BoundaryResult) -> None:
    """A layer per class: its colour where it is chosen, stronger where the model is surer."""
    for label, colour in enumerate(class_colours(len(result.classes))):
        chosen = result.winner == label
        if not chosen.any():
            continue
        name = result.classes[label]
        figure.add_heatmap(
            x=result.across,
            y=result.up,
            z=np.where(chosen, result.confidence, np.nan).astype(np.float32),
            zmin=1 / len(result.classes),
            zmax=1,
            colorscale=region_colours(colour),
            showscale=False,
            hoverongaps=False,
            hovertemplate=f"{_escaped(name)} %{{z:.1%}}<extra></extra>",
        )


def _add_border(figure: go.Figure, result: BoundaryResult) -> None:
    """Where the regions of two classes meet."""
    if not len(result.border):
        return
    ends = np.concatenate([result.border, np.full((len(result.border), 1, 2), np.nan)], 1).reshape(-1, 2)
    figure.add_scatter(
        x=ends[:, 0],  # what is no number between two pieces ends one and begins the next
        y=ends[:, 1],
        mode="lines",
        line={"color": GREY, "width": 2},
        connectgaps=False,
        showlegend=False,
        hoverinfo="skip",
    )


def _add_points(figure: go.Figure, result: BoundaryResult) -> None:
    """Those of the split full, those that taught the model small and pale; a name in the legend per class."""
    for label, colour in enumerate((GREY, *class_colours(len(result.classes)))):
        of = result.labels == label - 1
        name = result.classes[label - 1] if label else _("unknown")
        shown = of & ~result.taught
        edge = {"color": "rgba(255,255,255,0.8)", "width": 1}
        _add(figure, result.points[shown], {"size": 8, "color": colour, "line": edge}, name, str(label))
        marker = {"size": 5, "color": colour, "opacity": 0.5}
        _add(figure, result.points[of & result.taught], marker, name, str(label), legend=not shown.any())


def _add(
    figure: go.Figure, points: np.ndarray, marker: dict[str, Any], name: str, group: str = "", *, legend: bool = True
) -> None:
    if len(points):
        figure.add_scatter(
            x=points[:, 0],
            y=points[:, 1],
            mode="markers",
            marker=marker,
            name=_escaped(name),
            legendgroup=group or None,
            showlegend=legend,
            hovertemplate=f"%{{x}}, %{{y}}<extra>{_escaped(name)}</extra>",
        )


def _escaped(name: str) -> str:
    """A name that Plotly does not read as markup."""
    return name.replace("<", "&lt;")


def _note(result: BoundaryResult) -> str:
    sure = result.confidence.min() < 1
    texts = [
        _("The colour is the class that the model chooses there, stronger where it is surer.")
        if sure
        else _("The colour is the class that the model chooses there; it knows no probabilities.")
    ]
    if result.taught.any():
        texts.append(_("Small points taught the model."))
    return " ".join(texts)


def _verdict(result: BoundaryResult) -> str:
    judged = ~result.taught & (result.labels >= 0)
    count = int(judged.sum())
    if not count:
        return ""
    right = int((result.said[judged] == result.labels[judged]).sum())
    said = _("{right} of {n} points of {split} lie in the region of their class ({share}).")
    facts = {"right": integer(right), "n": integer(count), "share": percent(right / count)}
    return said.format(split=split_name(result.split), **facts)


def _way(result: BoundaryResult) -> Panel:
    corners = _window(result)
    figure = _plane(result, *corners)
    _add_points(figure, result)
    lines = [_lines(result, update, *corners) for update in range(len(result.weights))]
    # None between two lines ends one and begins the next.
    earlier = [place for each in lines[:-1] for line in each for place in (*line, (None, None))]
    figure.add_scatter(
        x=[x for x, _y in earlier],
        y=[y for _x, y in earlier],
        mode="lines",
        line={"color": GREY, "width": 1},
        opacity=0.35,
        name=_("earlier lines"),
        hoverinfo="skip",
    )
    _add_slider(figure, result, lines)
    alt = _("The line of the perceptron after each of {n} updates").format(n=integer(result.total))
    note = _("The slider goes from update to update; the ring is the point on the wrong side that caused it.")
    if not all(line for each in lines for line in each):
        note += " " + _("A line that does not cross this part of the plane is not seen.")
    return Panel(_("The way of the line"), figure, alt, note, _way_verdict(result))


def _window(result: BoundaryResult) -> tuple[Corner, Corner]:
    """The corners of a plane that most lines cross, at most three times as wide and high as that of the points."""
    low, high = np.array([result.across[0], result.up[0]]), np.array([result.across[-1], result.up[-1]])
    units = zip(result.weights.reshape(-1, 2), result.bias.reshape(-1), strict=True)
    crossed = [nearest(weight, float(bias), tuple(low), tuple(high)) for weight, bias in units]
    extent = high - low
    places = np.array([place for place in crossed if place is not None]).reshape(-1, 2)
    near = places[((places > low - extent) & (places < high + extent)).all(1)]
    if len(near):
        low = np.minimum(low, near.min(0) - _BESIDE * extent)
        high = np.maximum(high, near.max(0) + _BESIDE * extent)
    return (float(low[0]), float(low[1])), (float(high[0]), float(high[1]))


def _lines(result: BoundaryResult, update: int, low: Corner, high: Corner) -> list[list[Corner]]:
    """The ends of every unit's line within the plane; a unit whose weights are zero has none."""
    pairs = zip(result.weights[update], result.bias[update], strict=True)
    return [clipped(weight, float(bias), low, high) for weight, bias in pairs]


def _add_slider(figure: go.Figure, result: BoundaryResult, lines: list[list[list[Corner]]]) -> None:
    """The lines of one update, its point, and a slider that changes them."""
    units = len(lines[-1])
    colours = (ORANGE,) if units == 1 else class_colours(units)
    first = len(figure.data)
    for unit, line in enumerate(lines[-1]):
        figure.add_scatter(
            x=[x for x, _y in line],
            y=[y for _x, y in line],
            mode="lines",
            line={"color": colours[unit], "width": 3},
            name=_("line") if units == 1 else _("line of {name}").format(name=_escaped(result.classes[unit])),
            hoverinfo="skip",
        )
    _add(figure, result.movers[-1:], {"symbol": "circle-open", "size": 16, "color": GREY}, _("caused the update"))
    changed = list(range(first, first + units + 1))
    shown = _spread(len(lines))
    steps = []
    for update in shown:
        x = [[x for x, _y in line] for line in lines[update]] + [[float(result.movers[update, 0])]]
        y = [[y for _x, y in line] for line in lines[update]] + [[float(result.movers[update, 1])]]
        steps.append({"label": str(update + 1), "method": "restyle", "args": [{"x": x, "y": y}, changed]})
    slider = {"active": len(steps) - 1, "steps": steps, "currentvalue": {"prefix": _("update") + " "}, "pad": {"t": 44}}
    figure.update_layout(sliders=[slider], height=_SIDE + 90)


def _spread(count: int) -> list[int]:
    """At most 60 of ``count`` updates, evenly, the first and the last among them."""
    return sorted(set(np.linspace(0, count - 1, min(count, _MOST_STEPS)).round().astype(int).tolist()))


def _way_verdict(result: BoundaryResult) -> str:
    last = int(result.epochs[-1]) + 1
    texts = []
    if result.total > len(result.weights):
        texts.append(
            _("{total} updates, of which the first {n} were kept.").format(
                total=integer(result.total), n=integer(len(result.weights))
            )
        )
    else:
        texts.append(
            ngettext("{n} update, in epoch {epoch}.", "{n} updates, the last in epoch {epoch}.", result.total).format(
                n=integer(result.total), epoch=integer(last)
            )
        )
    taught = result.taught if result.taught.any() else np.ones(len(result.points), bool)
    taught = taught & (result.labels >= 0)
    wrong = int((result.said[taught] != result.labels[taught]).sum())
    if result.split == "train" or result.taught.any():
        texts.append(
            ngettext(
                "{n} of the training points shown is still on the wrong side.",
                "{n} of the training points shown are still on the wrong side.",
                wrong,
            ).format(n=integer(wrong))
            if wrong
            else _("No training point is on the wrong side any more.")
        )
    return " ".join(texts)


def _updates(result: BoundaryResult) -> Panel:
    units = result.weights.shape[1]
    first, second = result.features
    columns = [_("update"), _("epoch"), f"x: {first}", f"x: {second}"]
    for unit in range(units):
        of = "" if units == 1 else f" ({result.classes[unit]})"
        columns += [f"w: {first}{of}", f"w: {second}{of}", f"b{of}"]
    rows, texts = [], []
    for update in range(min(len(result.weights), _MOST_ROWS)):
        parts = zip(result.weights[update], result.bias[update], strict=True)
        numbers = [float(n) for weight, bias in parts for n in (*weight, bias)]
        cells = [*map(float, result.movers[update]), *numbers]
        rows.append((update + 1, int(result.epochs[update]) + 1, *cells))
        texts.append((str(update + 1), str(int(result.epochs[update]) + 1), *map(significant, cells)))
    note = _("x: the point that was on the wrong side; w and b: the weights and the bias after the update.")
    if len(result.weights) > _MOST_ROWS:
        note += " " + _("Shown are the first {n} updates.").format(n=integer(_MOST_ROWS))
    alt = _("The weights after every update")
    return Panel(_("The weights after every update"), Table(tuple(columns), tuple(rows), tuple(texts)), alt, note)
