"""How a code is used, as figures: strength of each dimension, its spread beside the prior, what goes together."""

from __future__ import annotations

from itertools import combinations
from statistics import NormalDist

import numpy as np

from trasluz.draw.amounts import diverging_scale
from trasluz.draw.colours import BLUE, GREY, VERMILLION, class_colours
from trasluz.draw.figures import new_figure
from trasluz.draw.looking import Question
from trasluz.draw.names import integer, percent, significant, split_name
from trasluz.draw.panel import Panel, Table
from trasluz.look.looks.code_use import LEVELS, CodeUseResult
from trasluz.messages import _, ngettext

QUESTION: Question = "latent"
ORDER = 15
_BARS = 128
_LINES = 8
_ROWS = 32
_MANY = 32  # dimensions from which single pairs are no longer found by eye
_STRONG = 0.5  # a correlation that says that two dimensions hold much of the same


def draw(result: CodeUseResult) -> tuple[Panel, ...]:
    """Strength, spread, densities, correlations where there are several dimensions, and a table."""
    panels = [_strength(result), _spread(result), _densities(result)]
    if len(result.correlation) > 1:
        panels.append(_correlation(result))
    return (*panels, _table(result))


def _strength(result: CodeUseResult) -> Panel:
    gaussian = len(result.kl) > 0
    shown = result.order[:_BARS]
    values = (result.kl if gaussian else result.variance)[shown]
    title = _("KL from the prior (nats)") if gaussian else _("variance of the code")
    figure = new_figure(x=_("dimensions in order"), y=title, height=320)
    figure.add_bar(
        x=list(range(1, len(shown) + 1)),
        y=values.tolist(),
        marker={"color": [BLUE if result.active[dimension] else GREY for dimension in shown]},
        customdata=(shown + 1).tolist(),
        hovertemplate=_("dimension {n}").format(n="%{customdata}") + ": %{y:.3g}<extra></extra>",
    )
    figure.update_layout(showlegend=False, hovermode="closest", bargap=0.15)
    if len(shown) <= 32:
        figure.update_xaxes(
            tickmode="array", tickvals=list(range(1, len(shown) + 1)), ticktext=[str(n + 1) for n in shown]
        )
    alt = _("{quantity} of {n} dimensions, from {high} down to {low}").format(
        quantity=title, n=integer(len(shown)), high=significant(values[0]), low=significant(values[-1])
    )
    return Panel(
        _("How much each dimension is used"), figure, alt, _strength_note(result, gaussian), _strength_verdict(result)
    )


def _strength_note(result: CodeUseResult, gaussian: bool) -> str:
    active = (
        _("Active is a dimension whose mean has a variance above 0.01 (Burda et al. 2016); others are grey.")
        if gaussian
        else _("Grey are dimensions with less than a ten-thousandth of the largest variance.")
    )
    return (
        _("Over {n} images of {split}.").format(n=integer(result.count), split=split_name(result.split)) + " " + active
    )


def _strength_verdict(result: CodeUseResult) -> str:
    size = len(result.order)
    said = [
        ngettext("{active} of {n} dimension is active.", "{active} of {n} dimensions are active.", size).format(
            active=integer(int(result.active.sum())), n=integer(size)
        )
    ]
    if result.rank is not None:
        text = _("The codes use as many directions as {rank} equally strong ones would (effective rank).")
        said.append(text.format(rank=significant(result.rank)))
    return " ".join(said)


def _spread(result: CodeUseResult) -> Panel:
    """The middle half and the middle 95 % of each dimension, and those of the prior behind them."""
    places = list(range(1, len(result.quantiles) + 1))
    figure = new_figure(x=_("dimensions in order"), y=_("value"), height=360)
    if result.prior:
        low, lower, _middle, upper, high = (NormalDist().inv_cdf(level) for level in LEVELS)
        for ends, opacity in (((low, high), 0.12), ((lower, upper), 0.22)):
            figure.add_hrect(y0=ends[0], y1=ends[1], fillcolor=VERMILLION, opacity=opacity, line_width=0)
        figure.add_scatter(
            x=[None], y=[None], mode="markers", marker={"color": VERMILLION, "symbol": "square"}, name=_("prior")
        )
    for first, last, width in ((0, 4, 2), (1, 3, 7)):
        x, y = [], []
        for place, levels in zip(places, result.quantiles, strict=True):
            x += [place, place, None]
            y += [float(levels[first]), float(levels[last]), None]
        figure.add_scatter(
            x=x,
            y=y,
            mode="lines",
            line={"color": BLUE, "width": width},
            name=_("middle 95 %") if width == 2 else _("middle half"),
            hoverinfo="skip",
        )
    figure.add_scatter(
        x=places,
        y=result.quantiles[:, 2].tolist(),
        mode="markers",
        marker={"color": "#ffffff", "size": 5, "line": {"color": BLUE, "width": 1.5}},
        name=_("median"),
        customdata=np.column_stack([result.order[: len(places)] + 1, result.quantiles]).tolist(),
        hovertemplate=_("dimension {n}").format(n="%{customdata[0]}")
        + ": %{customdata[1]:.3g} … %{y:.3g} … %{customdata[5]:.3g}<extra></extra>",
    )
    ticks = [str(n + 1) for n in result.order[: len(places)]]
    figure.update_xaxes(tickmode="array", tickvals=places, ticktext=ticks, showgrid=False)
    figure.update_layout(hovermode="closest")
    alt = _("median and spread of {n} dimensions of the code").format(n=integer(len(places)))
    return Panel(_("How codes are spread"), figure, alt, _spread_note(result), _spread_verdict(result))


def _spread_note(result: CodeUseResult) -> str:
    if not len(result.kl):
        return ""
    text = _("All codes together: one draw of each image's Gaussian, as the decoder is given them in training.")
    if result.prior:
        text += " " + _("Where they fill the band of the prior, drawing from the prior gives codes that images have.")
    return text


def _spread_verdict(result: CodeUseResult) -> str:
    if result.mmd is None or result.mmd_low is None or result.mmd_high is None:
        return ""
    text = _(
        "MMD² of the codes from the prior is {value} (95 % interval {low} to {high}); 0 would be the prior itself."
    )
    return text.format(
        value=significant(result.mmd), low=significant(result.mmd_low), high=significant(result.mmd_high)
    )


def _densities(result: CodeUseResult) -> Panel:
    centres = (result.edges[1:] + result.edges[:-1]) / 2
    shown = min(_LINES, len(result.histograms))
    figure = new_figure(x=_("value"), y=_("density"), height=340)
    for density, dimension, colour in zip(
        result.histograms[:shown], result.order[:shown], class_colours(shown), strict=True
    ):
        figure.add_scatter(
            x=centres.tolist(),
            y=density.tolist(),
            mode="lines",
            line={"color": colour, "width": 1.5, "shape": "hvh"},
            name=str(int(dimension) + 1),
        )
    if result.prior:
        x = np.linspace(min(result.edges[0], -4), max(result.edges[-1], 4), 241)
        figure.add_scatter(
            x=x.tolist(),
            y=(np.exp(-0.5 * x**2) / np.sqrt(2 * np.pi)).tolist(),
            mode="lines",
            line={"color": GREY, "width": 3, "dash": "dash"},
            name=_("prior"),
        )
    figure.update_layout(hovermode="closest", legend={"title": {"text": _("dimension")}})
    alt = ngettext("density of {n} dimension of the code", "densities of {n} dimensions of the code", shown).format(
        n=integer(shown)
    )
    return Panel(_("Densities of the leading dimensions"), figure, alt, folded=True)


def _correlation(result: CodeUseResult) -> Panel:
    size = len(result.correlation)
    names = [str(n + 1) for n in result.order[:size]]
    places = list(range(size))
    figure = new_figure(x=_("dimension"), y=_("dimension"), height=int(min(620, 220 + 24 * size)))
    figure.add_heatmap(
        z=np.round(result.correlation, 3).tolist(),
        x=places,
        y=places,
        zmin=-1,
        zmax=1,
        colorscale=diverging_scale(),
        customdata=[[[a, b] for b in names] for a in names],
        hovertemplate="%{customdata[0]}, %{customdata[1]}: %{z:.2f}<extra></extra>",
        colorbar={"thickness": 12, "title": {"text": _("correlation"), "side": "right"}},
    )
    every = -(-size // 32)
    ticks = {"tickmode": "array", "tickvals": places[::every], "ticktext": names[::every], "showgrid": False}
    figure.update_xaxes(**ticks)
    figure.update_yaxes(**ticks, autorange="reversed")
    figure.update_layout(hovermode="closest", margin={"t": 16})
    alt = _("correlation between {n} dimensions of the code").format(n=integer(size))
    title = _("Which dimensions go together")
    return Panel(title, figure, alt, "", _correlation_verdict(result), folded=size > _MANY)


def _correlation_verdict(result: CodeUseResult) -> str:
    first, second = max(combinations(range(len(result.correlation)), 2), key=lambda p: abs(result.correlation[p]))
    value = float(result.correlation[first, second])
    pairs = np.abs(result.correlation[np.triu_indices(len(result.correlation), 1)])
    said = _("The strongest correlation is {value}, between dimensions {a} and {b}.").format(
        value=significant(value, 2), a=int(result.order[first]) + 1, b=int(result.order[second]) + 1
    )
    if abs(value) > _STRONG:
        text = _("{share} of the pairs are above {bound}: the code says some things twice.")
        said += " " + text.format(share=percent(float((pairs > _STRONG).mean())), bound=_STRONG)
    return said


def _table(result: CodeUseResult) -> Panel:
    gaussian = len(result.kl) > 0
    columns: list[tuple[str, np.ndarray]] = [(_("mean"), result.mean), (_("variance"), result.variance)]
    if gaussian:
        columns = [(_("KL (nats)"), result.kl), *columns, (_("variance around it"), result.posterior_variance)]
    shown = result.order[:_ROWS]
    rows, texts = [], []
    for dimension in shown.tolist():
        numbers = [float(values[dimension]) for _name, values in columns]
        zeros = float(result.zeros[dimension])
        rows.append((dimension + 1, *numbers, zeros))
        texts.append((str(dimension + 1), *(significant(number) for number in numbers), percent(zeros)))
    head = (_("dimension"), *(name for name, _values in columns), _("exactly 0"))
    note = (
        ngettext("Shown is the first of {all}.", "Shown are the first {n} of {all}.", len(shown)).format(
            n=integer(len(shown)), all=integer(len(result.order))
        )
        if len(shown) < len(result.order)
        else ""
    )
    alt = _("numbers of each dimension of the code")
    return Panel(_("Every dimension in numbers"), Table(head, tuple(rows), tuple(texts)), alt, note, folded=True)
