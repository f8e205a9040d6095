"""Whether heat maps can be trusted: the verdict over a table, maps beside those of a random network, and the curves."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from trasluz.draw.colours import GREY, class_colours
from trasluz.draw.figures import new_figure
from trasluz.draw.looking import Question
from trasluz.draw.names import integer, percent
from trasluz.draw.overlay import as_shown, overlay
from trasluz.draw.panel import Cell, Gallery, Panel, Table, Tile
from trasluz.look import saliencies
from trasluz.look.checks.pixel_removal import ROAD_SHARES, areas
from trasluz.look.checks.verdicts import FEWEST, Judged, judge, knows_something
from trasluz.look.looks.trust import TrustResult
from trasluz.messages import N_, _, ngettext
from trasluz.metrics.clustered import hits_interval
from trasluz.numerals import MINUS, numeral

QUESTION: Question = "where"
ORDER = 14
_BASELINES = {"mean": N_("the mean of the image"), "blur": N_("the image under a strong blur")}
_NONE = "–"
_CUT = 99.0


def draw(result: TrustResult) -> tuple[Panel, ...]:
    """The table, the maps, and a figure for each of deletion, insertion and ROAD."""
    judged = [judge(result, method) for method in result.methods]
    return (_table(result, judged), _beside_random(result), _deletion(result), _insertion(result), _road(result))


def _table(result: TrustResult, judged: list[Judged]) -> Panel:
    head = (
        _("method"),
        _("likeness to random networks"),
        _("complexity beside them"),
        *(_("deletion, {order}").format(order=order) for order in _orders()),
        *(_("insertion, {order}").format(order=order) for order in _orders()),
        *(_("right when removed, {order}").format(order=order) for order in _orders()),
    )
    rows = [_row(result, each) for each in judged]
    texts = tuple(tuple(text for _cell, text in row) for row in rows)
    cells: tuple[tuple[Cell, ...], ...] = tuple(tuple(cell for cell, _text in row) for row in rows)
    note = _(
        "Rank correlation of the maps with those of networks with random weights (1: the same order of pixels), and by "
        "how much more complex the latter are (entropy of their values, Hedström et al. 2023; above 0 is right). "
        "Then the mean probability of the class while the most important pixels go (small is good) or come (large is "
        "good), and how often the model is right while they are removed without a trace (ROAD; small is good), in the "
        "map's order, in random order, and from the middle outwards. In brackets: 95 % intervals."
    )
    images = len(result.right)
    used = ngettext("All of this is of {n} image.", "All of this is of {n} images.", images).format(n=integer(images))
    warnings = tuple(_(text) for text in (_warning_of(method) for method in result.methods) if text)
    return Panel(
        _("Can heat maps of this model be trusted?"),
        Table(head, cells, texts),
        _("what the checks found for each method"),
        f"{note} {used}",
        " ".join(_verdict(result, judged)),
        warnings,
    )


def _warning_of(method: str) -> str:
    return saliencies.find(method).WARNING if method in saliencies.methods() else ""


def _orders() -> tuple[str, str, str]:
    return _("the map"), _("random"), _("the middle")


def _row(result: TrustResult, judged: Judged) -> list[tuple[Cell, str]]:
    m = result.methods.index(judged.method)
    alike, rise = judged.alike, judged.rise
    row: list[tuple[Cell, str]] = [(judged.method, judged.method)]
    row.append(_number(alike.mean, f"{_two(alike.mean)} ({_two(alike.low)} – {_two(alike.high)})"))
    spread = f" ({_signed(rise.low)} – {_signed(rise.high)})" if np.isfinite(rise.low) else ""  # none of one image
    row.append(_number(rise.mean, _signed(rise.mean) + spread))
    measures = (areas(result.deletion[m]), areas(result.insertion[m]), result.road[m].mean(-1))
    for values in measures:
        for order in range(3):
            mean = _mean(values[order])
            row.append(_number(mean, percent(mean)))
    return row


def _number(value: float, text: str) -> tuple[Cell, str]:
    """A cell that sorts; what is not known sorts below everything."""
    return (-2.0, _NONE) if np.isnan(value) else (value, text)


def _mean(values: np.ndarray) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else float("nan")


def _two(value: float) -> str:
    return numeral(f"{value:.2f}".replace("-", MINUS))


def _signed(share: float) -> str:
    return ("+" if share > 0 else "") + percent(share)


def _verdict(result: TrustResult, judged: list[Judged]) -> list[str]:
    count = len(result.right)
    if count < FEWEST:
        return [
            ngettext("Of {n} image nothing is concluded.", "Of {n} images nothing is concluded.", count).format(n=count)
        ]
    told = []
    if knows_something(result) is False:
        told.append(_knows_nothing(result))
    return told + [_of_method(each) for each in judged]


def _knows_nothing(result: TrustResult) -> str:
    """That the model is not surely better than chance; that it is no better only where that is sure."""
    low, high = hits_interval(result.right, result.groups)
    text = _(
        "The model is right on {right} of these images, no more often than one that always names the most frequent "
        "class ({majority}): its maps have nothing to show, whatever they look like."
    )
    if high > result.majority:
        text = _(
            "The model is right on {right} of these images (95 % interval {low} to {high}). Whether that is more than "
            "by always naming the most frequent class ({majority}) cannot be told with {n} images: its maps may have "
            "nothing to show, whatever they look like."
        )
    numbers = {"right": float(result.right.mean()), "majority": result.majority, "low": low, "high": high}
    return text.format(n=len(result.right), **{name: percent(share) for name, share in numbers.items()})


def _of_method(judged: Judged) -> str:
    numbers = {"method": judged.method, "alike": _two(judged.alike.mean), "rise": _signed(judged.rise.mean)}
    if judged.same_as_random:
        text = _(
            "{method}: a random network gives maps that look the same (rank correlation {alike}): do not read them."
        )
    elif judged.no_simpler:
        text = _(
            "{method}: maps of a random network are no more complex ({rise}), as they would be if these followed what "
            "was learned: do not read them as reasons of the model."
        )
    elif not judged.follows_weights:
        text = _("{method}: whether these maps follow the weights is not certain ({rise} in complexity).")
    elif judged.marks:
        text = _("{method}: these maps follow the weights, and what they mark matters to the model.")
    else:
        text = _(
            "{method}: these maps follow the weights, but what they mark does not surely matter more than other "
            "pixels: do not read them as the place of the decision."
        )
    return text.format(**numbers)


def _beside_random(result: TrustResult) -> Panel:
    rows = []
    for image in range(len(result.images)):
        tiles = [Tile(as_shown(result.images[image]), result.names[image], result.names[image])]
        for method in result.methods:
            tiles += _pair(result, method, image)
        rows.append(tuple(tiles))
    columns = [_("image"), *(word for method in result.methods for word in (method, _("random weights")))]
    alt = ngettext(
        "maps of {n} image and those of a random network", "maps of {n} images and those of a random network", len(rows)
    )
    note = _("Each map has a scale of its own. Maps that resemble those beside them say little about what was learned.")
    return Panel(
        _("The same maps of a network that has learned nothing"),
        Gallery(tuple(rows), (), tuple(columns)),
        alt.format(n=len(rows)),
        note,
    )


def _pair(result: TrustResult, method: str, image: int) -> list[Tile]:
    own, random = result.examples[method][image]
    words = {"method": method, "image": result.names[image]}
    alts = (_("{method} of {image}"), _("{method} of {image} by a network with random weights"))
    return [
        _tile(result.images[image], amounts, alt.format(**words))
        for amounts, alt in zip((own, random), alts, strict=True)
    ]


def _tile(image: np.ndarray, amounts: np.ndarray, alt: str) -> Tile:
    cut = float(np.percentile(amounts, _CUT))  # of pixels a few single ones would hide the rest
    high = cut if amounts.shape == image.shape[:2] and cut > 0 else float(amounts.max())
    flag = "" if amounts.max() > 0 else _("no positive evidence")
    return Tile(overlay(image, amounts, high), alt, "", overlay(image, amounts, high, smooth=False), flag)


def _deletion(result: TrustResult) -> Panel:
    title, alt = _("When the most important pixels go"), _("probability over the share of pixels removed")
    note = _(
        "Deletion (Petsiuk et al. 2018): the most important pixels go first. The lower a line, the better its order. "
        "What is removed becomes {baseline}."
    )
    return _pixel_by_pixel(result, result.deletion, title, _("Share of pixels removed"), alt, note)


def _insertion(result: TrustResult) -> Panel:
    title, alt = _("When the most important pixels come"), _("probability over the share of pixels shown")
    note = _(
        "Insertion (Petsiuk et al. 2018): the most important pixels come first. The higher a line, the better its "
        "order. It starts from {baseline}."
    )
    return _pixel_by_pixel(result, result.insertion, title, _("Share of pixels shown"), alt, note)


def _pixel_by_pixel(result: TrustResult, curves: np.ndarray, title: str, axis: str, alt: str, note: str) -> Panel:
    places = np.linspace(0, 1, curves.shape[-1])
    figure = _curves(result, places, curves, axis, _("Probability of the class"))
    return Panel(title, figure, alt, note.format(baseline=_(_BASELINES[result.baseline])))


def _road(result: TrustResult) -> Panel:
    whole = np.broadcast_to(result.right.astype(np.float32)[:, None], (*result.road.shape[:-1], 1))
    curves = np.concatenate([whole, result.road], -1)
    places = np.array([0.0, *ROAD_SHARES])
    title = _("Share of images that are right") if result.labelled else _("Share of images with the same answer")
    figure = _curves(result, places, curves, _("Share of pixels removed"), title)
    note = _(
        "ROAD (Rong et al. 2022): removed pixels become the mean of their neighbours with a little noise, so that the "
        "shape of what was removed betrays nothing. The lower a line, the better its order. {n} images."
    ).format(n=integer(len(result.right)))
    return Panel(
        _("When pixels are removed without a trace"), figure, _("accuracy over the share of pixels removed"), note
    )


def _curves(result: TrustResult, places: np.ndarray, curves: np.ndarray, x: str, y: str) -> go.Figure:
    """A line per method, a dotted one for the random order on each grid that maps have, and one for the middle."""
    figure = new_figure(x=x, y=y, height=360)
    colours = class_colours(len(result.methods))
    for m, method in enumerate(result.methods):
        _line(figure, places, curves[m, 0], method, colours[m], "solid")
    for m, (high, wide) in _grids(result):
        name = _("random, {height}×{width}").format(height=high, width=wide)
        _line(figure, places, curves[m, 1], name, colours[m], "dot")
    _line(figure, places, curves[0, 2], _("from the middle"), GREY, "dash")
    figure.update_xaxes(range=[-0.02, 1.02], tickformat=".0%")
    figure.update_yaxes(range=[0, 1.04], tickformat=".0%")
    figure.update_layout(hovermode="closest")
    return figure


def _grids(result: TrustResult) -> list[tuple[int, tuple[int, int]]]:
    """The first method of each grid, and that grid: methods with the same one have the same random order."""
    found: dict[tuple[int, int], int] = {}
    for m, method in enumerate(result.methods):
        found.setdefault((result.examples[method].shape[2], result.examples[method].shape[3]), m)
    return [(m, grid) for grid, m in found.items()]


def _line(figure: go.Figure, places: np.ndarray, curves: np.ndarray, name: str, colour: str, dash: str) -> None:
    known = np.isfinite(curves).all(-1)
    if not known.any():
        return
    figure.add_scatter(
        x=[round(float(place), 4) for place in places],
        y=[round(float(value), 5) for value in curves[known].mean(0)],
        mode="lines",
        name=name,
        line={"color": colour, "width": 2.2 if dash == "solid" else 1.5, "dash": dash},
        hovertemplate="%{y:.1%}, %{x:.0%}",
    )
