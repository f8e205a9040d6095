"""A learning curve as a figure and in a sentence: how much the number of images matters."""

from __future__ import annotations

import math
from itertools import groupby

import plotly.graph_objects as go

from trasluz.draw.colours import GREY, LIGHT, Theme, class_colours
from trasluz.draw.figures import new_figure
from trasluz.draw.names import higher_is_better, is_share, metric_difference, metric_name, metric_value
from trasluz.messages import _
from trasluz.metrics.learning_curve import Estimate
from trasluz.numerals import integer
from trasluz.search.curve import LearningCurve

_TICKS = 5  # sizes that are named at the axis, at most


def learning_curve_figure(curve: LearningCurve, *, theme: Theme = LIGHT) -> go.Figure:
    """A pale dot per training, a strong one for the mean of each size, the fitted law with its 95 % band to twice the
    largest size; sizes on a logarithmic scale."""
    figure = new_figure(theme, x=_("Training images"), y=metric_name(curve.metric), height=400)
    colour = class_colours(1)[0]
    if curve.fit is not None:
        _add_band(figure, curve, colour)
    figure.add_scatter(
        x=[cell.size for cell in curve.cells],
        y=[cell.value for cell in curve.cells],
        mode="markers",
        marker={"size": 8, "color": colour, "opacity": 0.35},
        text=[_("fold {number}").format(number=cell.fold + 1) for cell in curve.cells],
        hovertemplate=f"%{{text}}: %{{y:{'.1%' if is_share(curve.metric) else '.4g'}}}<extra></extra>",
        name=_("one training"),
    )
    means = means_of(curve)
    figure.add_scatter(
        x=list(means),
        y=list(means.values()),
        mode="markers",
        marker={"size": 12, "color": colour, "line": {"color": "#ffffff", "width": 1}},
        hovertemplate=f"%{{y:{'.1%' if is_share(curve.metric) else '.4g'}}}<extra></extra>",
        name=_("mean of the folds"),
    )
    ticks = _ticks(list(means), curve.fit is not None)
    figure.update_xaxes(type="log", tickvals=ticks, ticktext=[integer(size) for size in ticks])
    figure.update_layout(hovermode="closest")
    if is_share(curve.metric):
        figure.update_yaxes(tickformat=".1%")
    return figure


def gain_sentence(curve: LearningCurve) -> str:
    """What twice as many images would give, or why that is not told."""
    if curve.fit is None:
        return _("Too few trainings are done to say what more images would give.")
    if not curve.fit.fits:
        return _(
            "These trainings follow no power law, so nothing is said of more images; where small sets are trained too "
            "short, set train.steps_per_epoch, which holds the number of steps."
        )
    now, twice = integer(curve.largest), integer(2 * curve.largest)
    gain = curve.gain()
    if not curve.tells_gain:
        message = _(
            "These trainings do not tell whether twice the images ({twice} for training in place of {now}) would help: "
            "at most by {high}."
        )
        return message.format(now=now, twice=twice, high=_points(curve.metric, gain.high))
    value, low, high = (_points(curve.metric, number) for number in (gain.value, gain.low, gain.high))
    if higher_is_better(curve.metric):
        message = _(
            "Twice the images ({twice} for training in place of {now}) would give {value} more {metric} (95 %: {low} "
            "to {high})."
        )
    else:
        message = _(
            "Twice the images ({twice} for training in place of {now}) would give {value} less {metric} (95 %: {low} "
            "to {high})."
        )
    name = metric_name(curve.metric)
    return message.format(now=now, twice=twice, value=value, low=low, high=high, metric=name[:1].lower() + name[1:])


def notes(curve: LearningCurve) -> list[str]:
    """What to know beside it: how far it goes, where it does not hold, what is missing."""
    found = []
    if curve.fit is not None and curve.fit.fits:
        found.append(
            _("With {twice} images: {with_twice}. However many: {limit}.").format(
                twice=integer(2 * curve.largest),
                with_twice=_value(curve.metric, curve.value(2 * curve.largest)),
                limit=_value(curve.metric, curve.limit()),
            )
        )
        if len(curve.fit.left_out):
            message = _("The law holds from {size} images on; the smaller sizes are left out of it.")
            found.append(message.format(size=integer(curve.fit.sizes[0])))
    if len(curve.cells) + len(curve.failed) < curve.wanted:
        message = _("{done} of {wanted} trainings are done.")
        found.append(message.format(done=len(curve.cells), wanted=curve.wanted))
    if curve.failed:
        names = ", ".join(
            _("{size} images, fold {fold}").format(size=integer(s), fold=fold + 1) for s, fold in curve.failed
        )
        found.append(_("Diverged: {names}.").format(names=names))
    return found


def _ticks(sizes: list[int], beyond: bool) -> list[int]:
    """Sizes that are named at the axis, so few that a telephone has room for them: the largest, every so many below
    it, and twice the largest where the curve goes so far."""
    found = sizes[::-1][:: math.ceil(len(sizes) / _TICKS)][::-1]
    return [*found, 2 * sizes[-1]] if beyond else found


def means_of(curve: LearningCurve) -> dict[int, float]:
    """Each size with the mean over its folds, rising."""
    ordered = sorted(curve.cells, key=lambda cell: cell.size)
    found = {}
    for size, cells in groupby(ordered, key=lambda cell: cell.size):
        values = [cell.value for cell in cells]
        found[size] = math.fsum(values) / len(values)
    return found


def _add_band(figure: go.Figure, curve: LearningCurve, colour: str) -> None:
    sizes, values = zip(*curve.band(), strict=True)
    around = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip", "showlegend": False}
    figure.add_scatter(x=sizes, y=[value.low for value in values], **around)
    figure.add_scatter(
        x=sizes, y=[value.high for value in values], fill="tonexty", fillcolor="rgba(128,128,128,0.18)", **around
    )
    measured = [i for i, size in enumerate(sizes) if size <= curve.largest * (1 + 1e-9)]
    for chosen, dash, name in (
        (measured, "solid", _("fitted law")),
        (range(measured[-1], len(sizes)), "dot", _("beyond what was trained")),
    ):
        figure.add_scatter(
            x=[sizes[i] for i in chosen],
            y=[values[i].value for i in chosen],
            mode="lines",
            line={"color": colour if dash == "solid" else GREY, "width": 2.2, "dash": dash},
            hoverinfo="skip",
            name=name,
        )


def _points(metric: str, difference: float) -> str:
    """A difference without its sign, with its unit."""
    if not is_share(metric):
        return metric_value(metric, difference)
    return _("{value} points").format(value=metric_difference(metric, difference).lstrip("+"))


def _value(metric: str, found: Estimate) -> str:
    low, high = metric_value(metric, found.low), metric_value(metric, found.high)
    return _("{value} ({low} to {high})").format(value=metric_value(metric, found.value), low=low, high=high)
