"""The network drawn, and as a table: one row per layer, in order of computation."""

from __future__ import annotations

import math
from dataclasses import replace

from trasluz.draw.layer_names import short_names
from trasluz.draw.looking import Question
from trasluz.draw.names import NO_BREAK, integer
from trasluz.draw.network_plan import guesses, network_plan
from trasluz.draw.panel import Cell, Panel, Table
from trasluz.look.looks.strip import Layer, StripResult
from trasluz.messages import _, ngettext

QUESTION: Question = "inside"
ORDER = 10
_NONE = "–"
_EVERYTHING = 10**9  # sorts behind every receptive field in pixels


def draw(result: StripResult) -> tuple[Panel, ...]:
    """The drawing, and the table."""
    plan = network_plan(result)
    table = _table(result)
    if plan is None:
        return (replace(table, verdict=_verdict(result)),)
    note = _(
        "From top to bottom, in order of computation. The width of a box grows with the cube root of how many numbers "
        "it gives, so that a code is a waist; beside it the shape of what it gives and how many numbers it learns. "
        "Lines at the side are connections that skip layers; + is where branches are added, & where they are joined. "
        "Activations, norms and dropout stand with the layer that they follow."
    )
    if guesses(result):
        note += " " + _("A dashed line is only the order of computation: no pass told what feeds that layer.")
    drawing = Panel(_("The network, drawn"), plan, _("The network, drawn"), note, _verdict(result))
    return (drawing, replace(table, folded=True))


def _table(result: StripResult) -> Panel:
    head = (
        _("layer"),
        _("output"),
        _("size of the maps"),
        _("receptive field"),
        _("parameters"),
        _("kind"),
        _("kernel"),
        _("stride"),
        _("padding"),
    )
    named = list(zip(short_names([layer.name for layer in result.layers]), result.layers, strict=True))
    rows = tuple(_cells(name, layer) for name, layer in named)
    texts = tuple(_texts(name, layer) for name, layer in named)
    layers = tuple(layer.name for layer in result.layers)
    note = _(
        "The size of a map is ⌊(W − F + 2P) / S⌋ + 1 with side W, kernel F, padding P and stride S; with dilation D "
        "a kernel reaches over D·(F − 1) + 1. The receptive field is what one place of the map sees of the image; "
        "where branches meet it is the largest of theirs, near the border part of it lies outside the image."
    )
    return Panel(_("The network, layer by layer"), Table(head, rows, texts, layers), _("The layers"), note)


def _verdict(result: StripResult) -> str:
    count = len(result.layers)
    return ngettext(
        "{layers} layer, {parameters} parameters.", "{layers} layers, {parameters} parameters.", count
    ).format(layers=integer(count), parameters=integer(result.parameters))


def _cells(name: str, layer: Layer) -> tuple[Cell, ...]:
    """What sorts the table: the numbers themselves, and the area of the receptive field."""
    area = _EVERYTHING if layer.whole else 0 if layer.field is None else math.prod(layer.field)
    texts = _texts(name, layer)
    return (*texts[:3], area, layer.parameters, *texts[5:])


def _texts(name: str, layer: Layer) -> tuple[str, ...]:
    return (
        name,
        "×".join(map(str, layer.gives)),
        "; ".join(dict.fromkeys(layer.arithmetic)).replace(" ", NO_BREAK).replace(f";{NO_BREAK}", "; ") or _NONE,
        _field(layer),
        integer(layer.parameters),
        layer.kind,
        _sides(layer.kernel) + (_(", dilation {n}").format(n=_sides(layer.dilation)) if _dilated(layer) else ""),
        _sides(layer.stride),
        _sides(layer.padding),
    )


def _dilated(layer: Layer) -> bool:
    return any(value > 1 for value in layer.dilation)


def _field(layer: Layer) -> str:
    if layer.whole:
        return _("whole image")
    if layer.field is None:
        return _NONE
    joined = _(" ({n} branches)").format(n=layer.feeders) if layer.feeders > 1 else ""
    return "×".join(map(str, layer.field)) + joined


def _sides(values: tuple[int, ...]) -> str:
    """One number where all axes agree."""
    return "×".join(map(str, values if len(set(values)) > 1 else values[:1])) or _NONE
