"""A figure as a picture that shows wherever no script runs: on GitHub, in nbconvert, in mail.

Figures are described once, for Plotly.  Where a page can run its JavaScript, that draws them; here Matplotlib draws the
same description, as far as our figures use it: lines, markers, fills, bars, heat maps, reference lines and bands,
notes, and axes with their titles, ranges, scales and ticks.
"""

from __future__ import annotations

import html
import io
import math
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import plotly.graph_objects as go
    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap

_DPI = 150  # sharp on screens of twice the usual density, and still some tens of kilobytes
_PER_INCH = 100  # pixels of a Plotly figure that become an inch
_INK, _GRID, _AXIS = "#2a2d33", "#e6e3dc", "#b9b5ab"
_DASHES = {"solid": "-", "dot": ":", "dash": "--", "dashdot": "-.", "longdash": "--"}
_MARKERS = {"star": "*", "x": "x", "cross": "P", "diamond": "D", "square": "s", "triangle-up": "^"}
_POINTS = 0.72  # points of type and line for each pixel


def figure_png(figure: go.Figure, *, width: int = 720) -> bytes:
    """``figure`` on white, ``width`` pixels of Plotly's wide and as high as it says, as PNG."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    layout = figure.layout
    picture = Figure((width / _PER_INCH, (layout.height or 340) / _PER_INCH), dpi=_DPI, layout="constrained")
    FigureCanvasAgg(picture)
    axes = picture.add_subplot()
    _prepare(axes)
    bars = [trace for trace in figure.data if trace.type == "bar"]
    for trace in figure.data:
        if trace.visible in (False, "legendonly"):
            continue
        if trace.type in ("scatter", "scattergl"):
            _scatter(axes, trace)
        elif trace.type == "bar":
            _bar(axes, trace, bars.index(trace), 1 if layout.barmode in ("overlay", "stack") else len(bars))
        elif trace.type == "heatmap":
            _heatmap(axes, trace)
        else:
            raise ValueError(f"no static drawing of {trace.type} traces")
    _shapes(axes, layout)
    _axis(axes, layout.xaxis, "x")
    _axis(axes, layout.yaxis, "y")
    _legend(axes, figure)
    buffer = io.BytesIO()
    picture.savefig(buffer, format="png")
    return buffer.getvalue()


def _prepare(axes: Axes) -> None:
    for side, spine in axes.spines.items():
        spine.set_visible(side in ("left", "bottom"))
        spine.set_color(_AXIS)
    axes.tick_params(colors=_INK, labelsize=8.5, color=_AXIS)
    axes.set_axisbelow(True)


def _plain(text: object) -> str:
    """Plotly's small HTML as lines of text; dollar signs are no formula."""
    lines = re.sub(r"<br\s*/?>", "\n", str(text or ""))
    return html.unescape(re.sub(r"<[^>]+>", "", lines)).replace("$", r"\$")


def _colour(value: object) -> Any:
    """A colour as Matplotlib reads it: ``rgba(0,0,0,0.5)`` as four shares."""
    found = re.fullmatch(r"rgba?\(([^)]*)\)", str(value))
    if not found:
        return value
    parts = [float(part) for part in found.group(1).split(",")]
    return (*(part / 255 for part in parts[:3]), *parts[3:])


def _colourmap(scale: Sequence[tuple[float, str]]) -> Colormap:
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("", [(float(place), _colour(colour)) for place, colour in scale])


def _values(values: Any) -> list[Any]:
    """Coordinates; a gap in a line is NaN."""
    return [math.nan if value is None else value for value in ([] if values is None else values)]


def _scatter(axes: Axes, trace: Any) -> None:
    x, y = _values(trace.x), _values(trace.y)
    if not x:
        return
    mode, name = trace.mode or "lines", _plain(trace.name)
    colour = _colour(trace.line.color) if trace.line.color is not None else None
    if trace.fill in ("tozeroy", "toself", "tonexty"):
        shade = _colour(trace.fillcolor or trace.line.color or _GRID)
        if trace.fill == "toself":
            axes.fill(x, y, color=shade, linewidth=0)
        else:
            axes.fill_between(x, y, 0 if trace.fill == "tozeroy" else _below(axes, y), color=shade, linewidth=0)
    if "lines" in mode:
        width = (trace.line.width if trace.line.width is not None else 2) * _POINTS
        (line,) = axes.plot(x, y, _DASHES.get(trace.line.dash or "solid", "-"), color=colour, linewidth=width)
        colour = line.get_color()
        line.set_label(name or "_")
        line.set_alpha(trace.opacity)
    if "markers" in mode:
        _markers(axes, trace, x, y, colour, "_" if "lines" in mode else name or "_")
    if "text" in mode:
        for place, (across, up) in enumerate(zip(x, y, strict=True)):
            text = trace.text if isinstance(trace.text, str) else trace.text[place]
            axes.annotate(_plain(text), (across, up), fontsize=8, color=_INK, ha="center", va="bottom")
    _errors(axes, trace, x, y, colour)


def _below(axes: Axes, y: list[Any]) -> Any:
    """The line drawn before, which ``tonexty`` fills up to."""
    lines = axes.get_lines()
    before = np.asarray(lines[-1].get_ydata(), float) if lines else np.zeros(0)
    return before if len(before) == len(y) else 0


def _markers(axes: Axes, trace: Any, x: list[Any], y: list[Any], colour: Any, name: str) -> None:
    marker = trace.marker
    size = np.asarray(marker.size if marker.size is not None else 6, float)
    given: dict[str, Any] = {"s": (size * _POINTS) ** 2, "label": name, "alpha": _one(marker.opacity, trace.opacity)}
    given["marker"] = _MARKERS.get(str(marker.symbol), "o")
    if marker.line.color is not None and isinstance(marker.line.color, str):
        given |= {"edgecolors": _colour(marker.line.color), "linewidths": float(marker.line.width or 1) * _POINTS}
    else:
        given["linewidths"] = 0 if given["marker"] != "x" else 1.2
    kinds = marker.color
    if kinds is None or isinstance(kinds, str):
        drawn = axes.scatter(x, y, color=[_colour(kinds or colour or "#0072B2")], zorder=3, **given)
        return
    values = list(kinds)
    if values and isinstance(values[0], str):
        axes.scatter(x, y, c=[_colour(value) for value in values], zorder=3, **given)
        return
    scale = _colourmap(marker.colorscale) if marker.colorscale else None
    drawn = axes.scatter(x, y, c=values, cmap=scale, vmin=marker.cmin, vmax=marker.cmax, zorder=3, **given)
    if marker.colorbar.title.text is not None or marker.showscale:
        _bar_of_colours(axes, drawn, _plain(marker.colorbar.title.text))


def _one(*values: Any) -> float | None:
    """The first that is a number."""
    return next((float(value) for value in values if isinstance(value, int | float)), None)


def _bar_of_colours(axes: Axes, drawn: Any, title: str) -> None:
    figure: Any = axes.get_figure()
    bar = figure.colorbar(drawn, ax=axes, fraction=0.04, pad=0.02)
    bar.set_label(title, color=_INK, size=8.5)
    bar.ax.tick_params(labelsize=8, colors=_INK)
    bar.outline.set_visible(False)


def _errors(axes: Axes, trace: Any, x: list[Any], y: list[Any], colour: Any) -> None:
    for way in ("x", "y"):
        error = trace[f"error_{way}"]
        if error.array is None:
            continue
        up = np.asarray(error.array, float)
        down = up if error.arrayminus is None else np.asarray(error.arrayminus, float)
        ends = np.nan_to_num(np.stack([down, up]), posinf=0, neginf=0)
        shade = _colour(error.color) or colour or _INK
        axes.errorbar(x, y, fmt="none", ecolor=shade, elinewidth=1.2, capsize=2.5, **{f"{way}err": ends})


def _bar(axes: Axes, trace: Any, index: int, count: int) -> None:
    flat = trace.orientation == "h"
    places, lengths = _values(trace.y if flat else trace.x), _values(trace.x if flat else trace.y)
    colours = trace.marker.color
    shade = _colour(colours) if colours is None or isinstance(colours, str) else [_colour(one) for one in colours]
    named = any(isinstance(place, str) for place in places)
    at = np.arange(len(places), dtype=float) if named else np.asarray(places, float)
    step = 1.0 if named or len(at) < 2 else float(np.min(np.diff(np.unique(at)))) if len(np.unique(at)) > 1 else 1.0
    thick = float(_one(trace.width) or 0.8 * step / count)
    at = at + (index - (count - 1) / 2) * thick
    draw, side = (axes.barh, "height") if flat else (axes.bar, "width")
    name = _plain(trace.name) or "_"
    given: dict[str, Any] = {"color": shade, "label": name, "alpha": _one(trace.opacity), side: thick}
    drawn = draw(at, lengths, **given)
    if named:
        (axes.set_yticks if flat else axes.set_xticks)(range(len(places)), [_plain(place) for place in places])
    if trace.text is not None:
        texts = [trace.text] * len(lengths) if isinstance(trace.text, str) else list(trace.text)
        axes.bar_label(drawn, [_plain(text) for text in texts], padding=3, fontsize=8, color=_INK)


def _heatmap(axes: Axes, trace: Any) -> None:
    z = np.asarray(trace.z, float)
    scale = _colourmap(trace.colorscale) if trace.colorscale else None
    x, y = trace.x, trace.y
    named = [values is not None and len(values) and isinstance(values[0], str) for values in (x, y)]
    across = np.arange(z.shape[1]) if x is None or named[0] else np.asarray(x, float)
    up = np.arange(z.shape[0]) if y is None or named[1] else np.asarray(y, float)
    drawn = axes.pcolormesh(across, up, z, cmap=scale, vmin=trace.zmin, vmax=trace.zmax, shading="nearest")
    for axis, has, values in ((axes.set_xticks, named[0], x), (axes.set_yticks, named[1], y)):
        if has:
            axis(range(len(values)), [_plain(value) for value in values])
    if trace.text is not None:
        for (row, column), value in np.ndenumerate(z):
            ink = _INK if _lightness(drawn.to_rgba(np.asarray(value))) > 0.5 else "#ffffff"
            text = _plain(trace.text[row][column])
            axes.text(float(across[column]), float(up[row]), text, ha="center", va="center", fontsize=7.5, color=ink)
    if trace.showscale is not False:
        _bar_of_colours(axes, drawn, _plain(trace.colorbar.title.text))


def _lightness(colour: Any) -> float:
    red, green, blue = colour[:3]
    return float(0.299 * red + 0.587 * green + 0.114 * blue)


def _shapes(axes: Axes, layout: Any) -> None:
    """Reference lines, bands and notes; lengths in shares of the axes where Plotly says ``domain`` or ``paper``."""
    for shape in layout.shapes:
        whole_x, whole_y = (_of_axes(ref) for ref in (shape.xref, shape.yref))
        line = {"color": _colour(shape.line.color or _AXIS), "linestyle": _DASHES.get(shape.line.dash or "solid", "-")}
        width = (shape.line.width if shape.line.width is not None else 1) * _POINTS
        if shape.type == "rect":
            shade = {"color": _colour(shape.fillcolor or _GRID), "alpha": shape.opacity, "linewidth": 0, "zorder": 0}
            if whole_x:
                axes.axhspan(shape.y0, shape.y1, **shade)
            else:
                axes.axvspan(shape.x0, shape.x1, **shade)
        elif whole_x:
            axes.axhline(shape.y0, linewidth=width, zorder=1, **line)
        elif whole_y:
            axes.axvline(shape.x0, linewidth=width, zorder=1, **line)
        else:
            axes.plot([shape.x0, shape.x1], [shape.y0, shape.y1], linewidth=width, label="_", **line)
    for note in layout.annotations:
        if not note.text:
            continue
        inside = {False: "data", True: "axes fraction"}
        where: Any = (inside[_of_axes(note.xref)], inside[_of_axes(note.yref)])
        ha = note.xanchor if note.xanchor in ("left", "right") else "center"
        va = note.yanchor if note.yanchor in ("top", "bottom") else "center"
        axes.annotate(_plain(note.text), (note.x, note.y), xycoords=where, fontsize=8.5, color=_INK, ha=ha, va=va)


def _of_axes(ref: str | None) -> bool:
    return ref is not None and ("domain" in ref or ref == "paper")


def _axis(axes: Axes, axis: Any, way: str) -> None:
    side = axes.xaxis if way == "x" else axes.yaxis
    if axis.visible is False:
        side.set_visible(False)
        axes.spines["bottom" if way == "x" else "left"].set_visible(False)
    else:
        side.set_label_text(_plain(axis.title.text), color=_INK, size=9)
        if axis.showgrid is not False and not any(trace for trace in axes.collections if trace.get_label() == "mesh"):
            axes.grid(axis=way, color=_GRID, linewidth=0.8)  # type: ignore[arg-type]  # "x" or "y"
    if axis.type == "log":
        (axes.set_xscale if way == "x" else axes.set_yscale)("log")
    _limits(axes, axis, way)
    _ticks(side, axis)
    if axis.scaleanchor is not None:
        axes.set_aspect("equal", adjustable="datalim")


def _limits(axes: Axes, axis: Any, way: str) -> None:
    get, put = (axes.get_xlim, axes.set_xlim) if way == "x" else (axes.get_ylim, axes.set_ylim)
    if axis.range is not None:
        low, high = (10.0 ** float(end) if axis.type == "log" else float(end) for end in axis.range)
        put(low, high)
    elif axis.rangemode == "tozero" and axis.type != "log":
        low, high = get()
        put(min(low, 0.0) if low < 0 and axes.dataLim.min[0 if way == "x" else 1] < 0 else 0.0, max(high, 0.0))
    if axis.autorange == "reversed":
        low, high = get()
        put(max(low, high), min(low, high))


def _ticks(side: Any, axis: Any) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator, PercentFormatter

    if axis.tickvals is not None:
        names = axis.tickvals if axis.ticktext is None else axis.ticktext
        side.set_ticks(list(axis.tickvals), [_plain(name) for name in names])
    elif axis.tickformat and axis.tickformat.endswith("%"):
        digits = int(re.sub(r"\D", "", axis.tickformat) or 0)
        side.set_major_formatter(PercentFormatter(1.0, digits, symbol=" %"))
    elif axis.tickformat == "d":
        side.set_major_locator(MaxNLocator(integer=True))
        side.set_major_formatter(FuncFormatter(lambda value, _place: f"{value:.0f}"))
    if axis.tickangle:
        for label in side.get_ticklabels():
            label.set_rotation(-float(axis.tickangle))
            label.set_ha("right")


def _legend(axes: Axes, figure: go.Figure) -> None:
    hidden = {_plain(trace.name) for trace in figure.data if trace.showlegend is False}
    handles, labels = axes.get_legend_handles_labels()
    shown = {label: handle for handle, label in zip(handles, labels, strict=True) if label not in hidden}
    if figure.layout.showlegend is False or (len(figure.data) < 2 and not figure.layout.showlegend):
        return
    if shown:
        columns = min(len(shown), 5)
        title = _plain(figure.layout.legend.title.text) or None
        picture: Any = axes.get_figure()
        picture.legend(
            list(shown.values()),
            list(shown),
            loc="outside upper left",
            ncols=columns,
            frameon=False,
            fontsize=8.5,
            labelcolor=_INK,
            title=title,
        )
