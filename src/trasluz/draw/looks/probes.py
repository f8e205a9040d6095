"""Accuracy of the probes by depth, what each layer adds, when images are decided, and some of them."""

from __future__ import annotations

from typing import Literal

import numpy as np
import plotly.graph_objects as go

from trasluz.draw.colours import BLUE, VERMILLION
from trasluz.draw.figures import new_figure
from trasluz.draw.layer_names import short_names
from trasluz.draw.looking import Question
from trasluz.draw.names import integer, numeral, percent, points, significant, split_name
from trasluz.draw.panel import Gallery, Panel, Table, Tile
from trasluz.look.classes.probing import LEAST
from trasluz.look.looks.probes import ProbesResult
from trasluz.messages import _, ngettext

QUESTION: Question = "decides"
ORDER = 10
_MOST_TICKS = 14  # a telephone has room for no more
Adds = Literal["yes", "less", "nothing", "unknown"]


def draw(result: ProbesResult) -> tuple[Panel, ...]:
    """Accuracy by depth, the table of layers, the depth of the decision, and images decided early, late and never."""
    if len(result.layers) == 1:  # no depth to speak of: what the table says is all
        return (_table(result),)
    panels = [_accuracy(result), _table(result), _depth(result)]
    if len(result.images):
        panels.append(_examples(result))
    return tuple(panels)


def _accuracy(result: ProbesResult) -> Panel:
    places = list(range(1, len(result.layers) + 1))
    figure = new_figure(x=_("layer"), y=_("accuracy (%)"), height=420)
    low, high = 100 * result.low, 100 * result.high
    band = {"x": places + places[::-1], "y": [*high, *low[::-1]]}
    figure.add_scatter(
        **band, fill="toself", fillcolor="rgba(0,114,178,0.18)", line={"width": 0}, hoverinfo="skip", showlegend=False
    )
    figure.add_scatter(
        x=places,
        y=100 * result.accuracy,
        mode="lines+markers",
        line={"color": BLUE},
        name=_("linear probe"),
        customdata=result.layers,
        hovertemplate="%{customdata}: %{y:.1f} %<extra></extra>",
    )
    figure.add_scatter(
        x=[places[0], places[-1]],
        y=[100 * result.own] * 2,
        mode="lines",
        line={"color": VERMILLION, "dash": "dash"},
        name=_("the network itself"),
        hovertemplate="%{y:.1f} %<extra></extra>",
    )
    _name_layers(figure, result, ())
    alt = _("Accuracy of a linear probe on each of {n} layers, from {first} to {last}").format(
        n=len(result.layers), first=percent(result.accuracy[0]), last=percent(result.accuracy[-1])
    )
    return Panel(_("How well the class can be read off each layer"), figure, alt, _note(result), _verdict(result))


def _name_layers(figure: go.Figure, result: ProbesResult, more: tuple[str, ...]) -> None:
    """Names of layers under the axis; not all where there are many."""
    names = (*short_names(result.layers), *more)
    every = -(-len(names) // _MOST_TICKS)
    figure.update_xaxes(tickvals=list(range(1, len(names) + 1, every)), ticktext=names[::every], tickangle=-45)
    figure.update_layout(hovermode="closest")


def _note(result: ProbesResult) -> str:
    return _(
        "A linear classifier on the mean and the maximum of every channel over the image, taught on {taught} training "
        "images and judged on {tested} of {split}; the band is its 95 % interval. Where in the image something lies is "
        "lost to it, so a network that uses places can be better than its probes, and a probe of the code as it is "
        "(look neighbours) need not give the number of the layer that the code comes from."
    ).format(taught=integer(result.taught), tested=integer(result.tested), split=split_name(result.split))


def _verdict(result: ProbesResult) -> str:
    enough = int(np.argmax(result.high >= result.accuracy.max()))
    texts = [
        _(
            "At {layer}, layer {n} of {count}, the class of {accuracy} of {tested} images can be read off (95 % "
            "interval {low} to {high}); the best of all layers, {best}, lies within that. The network itself "
            "reaches {own}."
        ).format(
            layer=short_names(result.layers)[enough],
            n=enough + 1,
            count=len(result.layers),
            accuracy=percent(result.accuracy[enough]),
            tested=integer(result.tested),
            low=percent(result.low[enough]),
            high=percent(result.high[enough]),
            best=percent(float(result.accuracy.max())),
            own=percent(result.own),
        )
    ]
    adds = _adds(result)
    idle = sum(what in ("nothing", "less") for what in adds)
    if idle:
        said = ngettext(
            "{idle} of {count} layers adds nothing that a probe can see.",
            "{idle} of {count} layers add nothing that a probe can see.",
            idle,
        )
        texts.append(said.format(idle=idle, count=len(result.layers)))
    open_ = adds.count("unknown")
    if open_:
        said = ngettext(
            "Whether {n} of {count} layers adds anything cannot be told with {tested} images.",
            "Whether {n} of {count} layers add anything cannot be told with {tested} images.",
            open_,
        )
        texts.append(said.format(n=open_, count=len(result.layers), tested=integer(result.tested)))
    return " ".join(texts)


def _adds(result: ProbesResult) -> list[Adds]:
    """What each layer adds, as far as the interval of its gain excludes something."""
    return [
        "yes" if low > 0 else "less" if high < 0 else "nothing" if high <= LEAST else "unknown"
        for low, high in zip(result.gain_low, result.gain_high, strict=True)
    ]


def _table(result: ProbesResult) -> Panel:
    head = (
        *("№", _("layer"), _("output"), _("accuracy"), _("95 % interval"), _("gain (points)"), _("adds")),
        *(_("zeros"), _("effective rank"), _("channels")),
    )
    words = {"yes": _("yes"), "less": _("less"), "nothing": _("nothing"), "unknown": _("not known")}
    adds, rows, texts = [words[what] for what in _adds(result)], [], []
    for i, layer in enumerate(short_names(result.layers)):
        shape = "×".join(map(str, result.shapes[i]))
        accuracy, gain = float(result.accuracy[i]), float(result.gain[i])
        said = adds[i]
        interval = numeral(f"{100 * result.low[i]:.1f}–{percent(result.high[i], 1)}")
        zeros, rank, width = float(result.zeros[i]), float(result.rank[i]), int(result.width[i])
        rows.append((i + 1, layer, shape, accuracy, float(result.low[i]), gain, said, zeros, rank, width))
        shown = (percent(accuracy), interval, _signed(gain), said, percent(zeros), significant(rank), integer(width))
        texts.append((str(i + 1), layer, shape, *shown))
    note = _(
        "Gain: over the layer before, on the same images. A layer adds something where the 95 % interval of that lies "
        "above zero, less where it lies below, nothing where it ends at a percentage point at most; where it includes "
        "zero and more, what the layer adds is not known. Effective rank (Roy and Vetterli 2007): how many directions "
        "the channels' means really use, of how many there are."
    )
    alt = _("What each layer adds")
    return Panel(_("What each layer adds"), Table(head, tuple(rows), tuple(texts), result.layers), alt, note)


def _signed(gain: float) -> str:
    return ("+" if gain >= 0 else "") + points(gain)


def _depth(result: ProbesResult) -> Panel:
    counts = np.bincount(result.settled, minlength=len(result.layers) + 1)
    figure = new_figure(x=_("layer"), y=_("images"), height=360)
    colours = [BLUE] * len(result.layers) + [VERMILLION]
    names = (*short_names(result.layers), _("never"))
    figure.add_bar(
        x=list(range(1, len(counts) + 1)),
        y=counts,
        marker={"color": colours},
        customdata=names,
        hovertemplate="%{customdata}: %{y}<extra></extra>",
        showlegend=False,
    )
    _name_layers(figure, result, (_("never"),))
    share = percent(counts[-1] / max(len(result.settled), 1))
    alt = _("How many images are right from each layer on; {share} never are").format(share=share)
    note = _("An image counts where its probe is first right and stays right in all layers after it.")
    return Panel(_("From which layer on images are recognised"), figure, alt, note)


def _examples(result: ProbesResult) -> Panel:
    never = result.image_depth == len(result.layers)
    depths = result.image_depth[~never]
    middle = (depths.min() + depths.max()) / 2 if len(depths) else 0
    early, late = ~never & (result.image_depth <= middle), ~never & (result.image_depth > middle)
    groups = [(_("decided early"), early), (_("decided late"), late), (_("never"), never)]
    shown = [(head, tuple(_tile(result, int(i)) for i in np.flatnonzero(of))) for head, of in groups if of.any()]
    gallery = Gallery(tuple(tiles for _head, tiles in shown), tuple(head for head, _tiles in shown))
    alt = _("Images that the probes recognise early, late and never")
    return Panel(_("Images decided early and late"), gallery, alt)


def _tile(result: ProbesResult, place: int) -> Tile:
    name, depth = result.image_class[place], int(result.image_depth[place])
    where = _("never") if depth == len(result.layers) else _("layer {n}").format(n=depth + 1)
    return Tile(result.images[place], _("{name}, decided: {where}").format(name=name, where=where), f"{name} · {where}")
