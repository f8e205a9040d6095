"""Walks through a latent space as tiles: from image to image, along single dimensions, over a plane of codes."""

from __future__ import annotations

import numpy as np

from trasluz.draw.looking import Question
from trasluz.draw.names import integer, percent, significant
from trasluz.draw.panel import Gallery, Panel, Tile
from trasluz.look.looks.latent_walk import LatentWalkResult
from trasluz.messages import _, ngettext

QUESTION: Question = "latent"
ORDER = 30
_STILL = 1 / 255  # a difference that no picture of 256 shades shows


def draw(result: LatentWalkResult) -> tuple[Panel, ...]:
    """A panel for each kind of walk that there is."""
    panels = (
        _between(result) if result.ways else None,
        _along(result) if len(result.walks) else None,
        _plane(result) if len(result.plane) else None,
    )
    return tuple(panel for panel in panels if panel is not None)


def _between(result: LatentWalkResult) -> Panel:
    pairs = len(next(iter(result.ways.values())))
    rows, names = [], []
    for pair in range(pairs):
        for way, pictures in result.ways.items():
            rows.append(_way(result, pair, way, pictures[pair]))
            names.append(f"{pair + 1} · {_way_name(way)}")
    columns = tuple(percent(share, 0) for share in result.shares)
    if len(result.ends):
        columns = (_("image"), *columns, _("image"))
    alt = ngettext("{n} way between two codes", "{n} ways between two codes", pairs).format(n=integer(pairs))
    gallery = Gallery(tuple(rows), tuple(names), columns)
    return Panel(_("From one code to another"), gallery, alt, _between_note(result), _between_verdict(result))


def _between_verdict(result: LatentWalkResult) -> str:
    """How evenly images change along the straight way: the share of the largest of its steps, by the median."""
    line = result.ways.get("line")
    if line is None or line.shape[1] < 3:  # of a single step nothing can be said
        return ""
    steps = np.sqrt(np.square(np.diff(line.astype(np.float64), axis=1)).mean((2, 3, 4)))
    moved = steps[steps.sum(1) > 0]
    if not len(moved):
        return _("Nothing changes on the way from one code to another: the decoder does not listen to its code.")
    return ngettext(
        "On the way from one code to another the largest of {steps} steps makes {share} of the change; equal ones "
        "would make {even} each ({n} way).",
        "On the way from one code to another the largest of {steps} steps makes {share} of the change; equal ones "
        "would make {even} each (median of {n} ways).",
        len(moved),
    ).format(
        n=integer(len(moved)),
        steps=integer(steps.shape[1]),
        share=percent(float(np.median(moved.max(1) / moved.sum(1))), 0),
        even=percent(1 / steps.shape[1], 0),
    )


def _way_name(way: str) -> str:
    return {"line": _("line"), "arc": _("arc"), "fade": _("cross-fade")}.get(way, way)


def _way(result: LatentWalkResult, pair: int, way: str, pictures: np.ndarray) -> tuple[Tile, ...]:
    made = [
        Tile(
            picture,
            _("{way}, {share} of the way").format(way=_way_name(way), share=percent(share, 0)),
            made="generated" if way != "fade" else "",
        )
        for picture, share in zip(pictures, result.shares, strict=True)
    ]
    if not len(result.ends):
        return tuple(made)
    first, last = (
        Tile(image, _("image {name}").format(name=name))
        for image, name in zip(result.ends[pair], result.end_names[pair], strict=True)
    )
    return (first, *made, last)


def _between_note(result: LatentWalkResult) -> str:
    parts = []
    if "fade" in result.ways:
        parts.append(
            _(
                "A cross-fade mixes the pixels of the two images, and shows both at once on the way; a latent space "
                "that has learned what images have in common shows one image that changes."
            )
        )
    else:
        parts.append(_("Both ends are draws from the prior, because this model cannot encode an image."))
    if "arc" in result.ways:
        parts.append(
            _(
                "The arc runs around the centre of the prior: in many dimensions nearly all of its codes lie equally "
                "far from there, and the middle of a line does not."
            )
        )
    return " ".join(parts)


def _along(result: LatentWalkResult) -> Panel:
    names = tuple(
        _strength(result, dimension, strength)
        for dimension, strength in zip(result.dimensions, result.strength, strict=True)
    )
    rows = tuple(_walk(result, index) for index in range(len(result.dimensions)))
    columns = tuple(_spreads(offset) for offset in result.steps_of_spread)
    alt = ngettext(
        "What {n} dimension of the code does to an image", "What {n} dimensions of the code do to an image", len(names)
    ).format(n=integer(len(names)))
    gallery = Gallery(rows, names, columns)
    return Panel(_("Along single dimensions of the code"), gallery, alt, _along_note(result), _along_verdict(result))


def _strength(result: LatentWalkResult, dimension: int, strength: float) -> str:
    if result.strength_of == "kl":
        return _("{n} · KL {kl}").format(n=dimension + 1, kl=significant(float(strength), 2))
    return _("{n} · variance {variance}").format(n=dimension + 1, variance=significant(float(strength), 2))


def _spreads(offset: float) -> str:
    return f"{significant(float(offset), 2)} σ" if abs(offset) > 1e-9 else "0"


def _walk(result: LatentWalkResult, index: int) -> tuple[Tile, ...]:
    number = int(result.dimensions[index]) + 1
    return tuple(
        Tile(
            picture,
            _("dimension {n} at {value}").format(n=number, value=significant(float(value), 2)),
            significant(float(value), 2),
            made="generated",
        )
        for picture, value in zip(result.walks[index], result.values[index], strict=True)
    )


def _along_note(result: LatentWalkResult) -> str:
    first = (
        _("All other numbers stay those of one image's code; dimensions come by falling KL from the prior, in nats.")
        if result.strength_of == "kl"
        else _("All other numbers stay those of one image's code; dimensions come by falling variance.")
    )
    second = _(
        "σ is the standard deviation of a dimension over {n} images, counted from its mean; no value goes beyond what "
        "they have."
    ).format(n=integer(result.surveyed))
    return f"{first} {second}"


def _along_verdict(result: LatentWalkResult) -> str:
    still = int((result.change < _STILL).sum())
    strongest = int(result.change.argmax())
    said = _("Dimension {n} changes the image most: by {change} of the range of a pixel from end to end.").format(
        n=int(result.dimensions[strongest]) + 1, change=percent(float(result.change[strongest]))
    )
    if still == len(result.change):
        return _("None of the dimensions shown changes the image: the decoder does not listen to them.")
    if still:
        said += " " + ngettext(
            "{n} of those shown changes nothing that can be seen.",
            "{n} of those shown change nothing that can be seen.",
            still,
        ).format(n=integer(still))
    return said


def _plane(result: LatentWalkResult) -> Panel:
    rows, columns = result.plane.shape[:2]
    alt = _("{rows} × {columns} images over a plane of codes").format(rows=rows, columns=columns)
    tiles = tuple(
        tuple(
            Tile(picture, _("row {row}, column {column}").format(row=r + 1, column=c + 1), made="generated")
            for c, picture in enumerate(line)
        )
        for r, line in enumerate(result.plane)
    )
    return Panel(_plane_title(result), Gallery(tiles), alt, _plane_note(result))


def _plane_title(result: LatentWalkResult) -> str:
    if result.plane_of == "components":
        return _("The plane of the two leading principal components")
    if len(result.dimensions) < 2:
        return _("The plane of the two dimensions with the largest KL")
    right, up = (int(n) + 1 for n in result.dimensions[:2])
    return _("The plane of dimensions {right} (to the right) and {up} (upwards)").format(right=right, up=up)


def _plane_note(result: LatentWalkResult) -> str:
    return _(
        "Steps lie at equal shares of a Gaussian with the codes' mean and spread, so that every cell stands for as "
        "many codes where these are Gaussian; all other directions stay at their mean. These two hold {share} of the "
        "variance of the codes."
    ).format(share=percent(result.plane_share))
