"""The network drawn as SVG: boxes from top to bottom in order of computation, and lines for what skips layers.

What feeds what was seen in a pass (``look/layers/tracing.py``), so branches are those that were computed, also of a
user's own networks; where a pass does not tell, a layer is taken to follow the one before it, by a dashed line: of a
network of which nothing is known that is a chain in order of computation.  Layers that no pass joins, such as a
generator and a discriminator, are drawings of their own.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from trasluz.draw.escaping import escape
from trasluz.draw.layer_names import short_names
from trasluz.draw.names import integer
from trasluz.draw.panel import Plan
from trasluz.look.looks.strip import Layer, StripResult
from trasluz.messages import _, ngettext

_ROW, _BOX = 44, 28  # heights of a row and of the box in it
_LEAST, _MOST = 10, 100  # widths of boxes
_LANE = 9  # between lines at the side
_TEXT, _GAP = 236, 10
_LETTER = 7.3  # width of one, about
_OUTSIDE = ""


@dataclass
class _Box:
    """Layers that stand together: the first computes, those after it change single values; the boxes that feed it, and
    whether that is only guessed."""

    layers: list[Layer]
    start: tuple[int, ...] | None = None  # of a box that stands for what is given: its shape
    sources: list[_Box] = field(default_factory=list)
    guessed: bool = False

    @property
    def gives(self) -> tuple[int, ...]:
        return self.layers[-1].gives if self.start is None else self.start

    @property
    def parameters(self) -> int:
        return sum(layer.parameters for layer in self.layers)


def network_plan(result: StripResult) -> Plan | None:
    """The drawing in the language in force; ``None`` of a network without layers."""
    if not result.layers:
        return None
    names = dict(
        zip((layer.name for layer in result.layers), short_names([x.name for x in result.layers]), strict=True)
    )
    parts = _parts(_boxes(result.layers))
    widest = max(_amount(box) for part in parts for box in part)
    return Plan(tuple(_svg(part, names, result.sides, widest) for part in parts))


def guesses(result: StripResult) -> bool:
    """Whether any line of the drawing stands for the order of computation alone."""
    return any(not layer.fed_by for layer in result.layers[1:])


def _boxes(layers: Sequence[Layer]) -> list[_Box]:
    """The boxes in order of computation, those that stand for what is given before the first that they feed."""
    consumers = Counter(name for layer in layers for name in layer.fed_by)
    holds: dict[str, _Box] = {}
    starts: dict[tuple[int, ...], _Box] = {}
    boxes: list[_Box] = []
    for layer in layers:
        before = holds[layer.fed_by[0]] if len(layer.fed_by) == 1 and layer.fed_by[0] in holds else None
        if before and consumers[layer.fed_by[0]] == 1 and _changes_values_only(layer):
            before.layers.append(layer)
            holds[layer.name] = before
            continue
        box = _Box([layer], guessed=not layer.fed_by and bool(boxes))
        if box.guessed:
            box.sources.append(boxes[-1])
        elif not layer.fed_by or _OUTSIDE in layer.fed_by:
            if layer.given not in starts:
                starts[layer.given] = _Box([], layer.given)
                boxes.append(starts[layer.given])
            box.sources.append(starts[layer.given])
        box.sources += {id(holds[name]): holds[name] for name in layer.fed_by if name in holds}.values()
        holds[layer.name] = box
        boxes.append(box)
    return boxes


def _changes_values_only(layer: Layer) -> bool:
    return layer.given == layer.gives and not layer.kernel and (layer.parameters == 0 or "Norm" in layer.kind)


def _parts(boxes: list[_Box]) -> list[list[_Box]]:
    """Boxes that any line joins, in the order of their first ones."""
    part_of: dict[int, int] = {id(box): number for number, box in enumerate(boxes)}
    for box in boxes:
        for source in box.sources:
            old, new = sorted((part_of[id(box)], part_of[id(source)]), reverse=True)
            part_of = {key: new if number == old else number for key, number in part_of.items()}
    numbers = dict.fromkeys(part_of[id(box)] for box in boxes)
    return [[box for box in boxes if part_of[id(box)] == number] for number in numbers]


def _amount(box: _Box) -> float:
    return float(max(math.prod(box.gives), 1) ** (1 / 3))


@dataclass(frozen=True)
class _Line:
    """From row to row; ``lane`` 0 is straight down, others pass at the side."""

    start: int
    end: int
    lane: int
    dashed: bool


def _lines(boxes: list[_Box]) -> list[_Line]:
    """Those of neighbours straight, the others in as few lanes as they need, short ones inside."""
    rows = {id(box): row for row, box in enumerate(boxes)}
    pairs = [(rows[id(source)], row, box.guessed) for row, box in enumerate(boxes) for source in box.sources]
    found = [_Line(start, end, 0, dashed) for start, end, dashed in pairs if end == start + 1]
    taken: list[list[tuple[int, int]]] = []
    for start, end, dashed in sorted((p for p in pairs if p[1] != p[0] + 1), key=lambda p: (abs(p[1] - p[0]), p[0])):
        low, high = sorted((start, end))
        free = (n for n, spans in enumerate(taken) if all(high <= a or low >= b for a, b in spans))
        lane = next(free, len(taken))
        if lane == len(taken):
            taken.append([])
        taken[lane].append((low, high))
        found.append(_Line(start, end, lane + 1, dashed))
    return found


def _svg(boxes: list[_Box], names: dict[str, str], sides: tuple[int, ...], widest: float) -> str:
    lines = _lines(boxes)
    lanes = max((line.lane for line in lines), default=0)
    left = _LANE * (lanes + 1)
    width, height = left + _MOST + _GAP + _TEXT, _ROW * len(boxes)
    label = ngettext("{n} box: {names}", "{n} boxes: {names}", len(boxes)).format(
        n=len(boxes), names=", ".join(dict.fromkeys(x.name.split(".", 1)[0] for box in boxes for x in box.layers))
    )
    drawn = [
        Markup(
            '<svg class="plan" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {w} {h}" width="{w}" height="{h}" '
            'role="group" aria-label="{label}" font-family="sans-serif" font-size="12" fill="currentColor">'
        ).format(w=width, h=height, label=label)
    ]
    half = {row: _width(box, widest) / 2 for row, box in enumerate(boxes)}
    middle = left + _MOST / 2
    drawn += [_line(line, middle, half, left) for line in lines]
    drawn += [_row(box, row, names, sides, (middle, half[row], left)) for row, box in enumerate(boxes)]
    return str(Markup("").join(drawn) + Markup("</svg>"))


def _width(box: _Box, widest: float) -> float:
    return _LEAST + (_MOST - _LEAST) * _amount(box) / widest


def _line(line: _Line, middle: float, half: dict[int, float], left: float) -> Markup:
    top, bottom = _ROW * line.start + (_ROW + _BOX) / 2, _ROW * line.end + (_ROW - _BOX) / 2
    if line.lane == 0:
        path = f"M{middle} {top}V{bottom}"
    else:
        side = left - _LANE * line.lane
        y, end = _ROW * (line.start + 0.5), _ROW * line.end + (_ROW - _BOX) / 2 + 6
        x, to = middle - half[line.start], middle - half[line.end]
        path = f"M{x:.1f} {y}H{side + 5}q-5 0 -5 5V{end - 5}q0 5 5 5H{to:.1f}"
        if end < y:  # a layer that is used again above
            path = f"M{x:.1f} {y}H{side + 5}q-5 0 -5 -5V{end + 5}q0 -5 5 -5H{to:.1f}"
    dash = Markup(' stroke-dasharray="3 3"') if line.dashed else ""
    return Markup('<path class="line" aria-hidden="true" d="{}" fill="none" stroke="#888"{}/>').format(path, dash)


def _row(
    box: _Box, row: int, names: dict[str, str], sides: tuple[int, ...], place: tuple[float, float, float]
) -> Markup:
    middle, half, left = place
    top, begin, end = _ROW * row + (_ROW - _BOX) / 2, left + _MOST + _GAP, left + _MOST + _GAP + _TEXT
    shape = "×".join(map(str, box.gives))
    if box.start is not None:
        name, kinds, learned = _("input") if box.start == sides else _("given"), "", ""
    else:
        name, kinds = names[box.layers[0].name], ", ".join(_kind(layer) for layer in box.layers)
        learned = integer(box.parameters) if box.parameters else ""
    kind = "given" if box.start is not None else "learns" if box.parameters else "fixed"
    fill, stroke = {"given": ("none", "#888"), "learns": ("#0b5d96", "#0b5d96"), "fixed": ("#9db8cc", "#9db8cc")}[kind]
    drawn = Markup(
        '<rect class="{kind}" x="{x:.1f}" y="{y}" width="{w:.1f}" height="{h}" rx="3" fill="{fill}" stroke="{stroke}"/>'
        '<text class="name" x="{begin}" y="{first}" font-weight="600">{name}</text>'
        '<text x="{end}" y="{first}" text-anchor="end">{shape}</text>'
        '<text class="faint" x="{begin}" y="{second}" font-size="11">{kinds}</text>'
        '<text class="faint" x="{end}" y="{second}" font-size="11" text-anchor="end">{learned}</text>'
    ).format(
        kind=kind,
        x=middle - half,
        y=top,
        w=2 * half,
        h=_BOX,
        fill=fill,
        stroke=stroke,
        begin=begin,
        end=end,
        first=top + 11,
        second=top + 26,
        name=_cut(name, _TEXT - _LETTER * (len(shape) + 1)),
        kinds=_cut(kinds, _TEXT - 6 * (len(learned) + 1), from_start=True),
        shape=shape,
        learned=learned,
    )
    drawn += _join(box, middle, top)
    if box.start is not None:
        return Markup("<g>{}</g>").format(drawn)
    said = _("{name}: {kinds}; gives {shape}; {n} parameters").format(
        name=box.layers[0].name, kinds=kinds, shape=shape, n=integer(box.parameters)
    )
    layers = " ".join(layer.name for layer in box.layers)
    return Markup('<a data-plan="{}"><title>{}</title>{}</a>').format(layers, said, drawn)


def _join(box: _Box, middle: float, top: float) -> Markup:
    """The sign of branches that meet: + for a sum, & where channels stand one after the other."""
    if len(box.sources) < 2 or not box.layers:
        return Markup("")
    given, sizes = box.layers[0].given, [source.gives for source in box.sources]
    sign = "+" if len(set(sizes)) == 1 and sizes[0] == given else "&"
    return Markup(
        '<circle class="join" cx="{x}" cy="{y}" r="7" fill="#fff" stroke="#888"/>'
        '<text class="sign" x="{x}" y="{below}" text-anchor="middle" font-size="12" fill="#222">{sign}</text>'
    ).format(x=middle, y=top - 3, below=top + 1, sign=sign)


def _kind(layer: Layer) -> str:
    """``Conv2d 3×3/2`` is a window of 3×3 with stride 2."""
    if not layer.kernel:
        return layer.kind
    stride = f"/{max(layer.stride)}" if layer.stride and max(layer.stride) > 1 else ""
    return f"{layer.kind} {'×'.join(map(str, layer.kernel))}{stride}"


def _cut(text: str, room: float, *, from_start: bool = False) -> Markup:
    """As much of ``text`` as there is room for; of a name its end, which tells it from others."""
    letters = max(int(room / (_LETTER - (1.1 if from_start else 0))), 4)
    if len(text) > letters:
        text = f"{text[: letters - 1]}…" if from_start else f"…{text[-(letters - 1) :]}"
    return escape(text)
