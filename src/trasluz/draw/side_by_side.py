"""The same images through several models, a column each: answers with heat maps, reconstructions, samples."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from trasluz.draw.names import percent, significant
from trasluz.draw.overlay import overlay
from trasluz.draw.panel import Gallery, Panel, Tile
from trasluz.look.through import Through
from trasluz.messages import _

Sides = Mapping[str, Through]
_HALF = 0.5  # above which a label counts where several can hold
_NONE = "–"


def side_by_side(sides: Sides, names: tuple[str, ...], labels: tuple[str, ...]) -> tuple[Panel, ...]:
    """The panels that these models can fill, in the language in force.

    ``sides``: what each run is called → what it makes of the images.  ``names``: of the n images; ``labels``: their
    true classes as text, empty where unknown.
    """
    able = {
        _answers: {name: side for name, side in sides.items() if side.probabilities is not None},
        _rebuilt: {name: side for name, side in sides.items() if side.reconstructions is not None},
    }
    panels = [draw(some, names, labels) for draw, some in able.items() if some]
    makers = {name: side for name, side in sides.items() if side.samples is not None}
    return (*panels, *([_samples(makers)] if makers else []))


def _answers(sides: Sides, names: tuple[str, ...], labels: tuple[str, ...]) -> Panel:
    rows = [
        (_original(sides, i, names[i]), *(_answer(run, side, i, labels[i]) for run, side in sides.items()))
        for i in range(len(names))
    ]
    note = _("Below each image stand what the model says and how sure it is.")
    if any(side.maps is not None for side in sides.values()):
        note += " " + _(
            "Bright is where the evidence for that class lies (Grad-CAM at the last convolution); each map has its own "
            "scale, because the scores of different models have no common unit."
        )
    verdict = _agreement(sides)
    return Panel(_("What do they say?"), _gallery(rows, labels, sides), _("answers of each run"), note, verdict)


def _rebuilt(sides: Sides, names: tuple[str, ...], labels: tuple[str, ...]) -> Panel:
    rows = [
        (_original(sides, i, names[i]), *(_rebuilding(run, side, i, names[i]) for run, side in sides.items()))
        for i in range(len(names))
    ]
    note = _("Below each reconstruction stands its mean squared error, with pixels from 0 to 1.")
    return Panel(_("What do they rebuild?"), _gallery(rows, labels, sides), _("reconstructions of each run"), note)


def _samples(sides: Sides) -> Panel:
    count = min(len(_made(side)) for side in sides.values())
    rows = tuple(
        tuple(_sample(run, number, image) for number, image in enumerate(_made(side), 1)) for run, side in sides.items()
    )
    gallery = Gallery(tuple(row[:count] for row in rows), tuple(sides))
    note = _("Drawn with the same seed, not chosen.")
    return Panel(_("What do they generate?"), gallery, _("samples of each run"), note)


def _sample(run: str, number: int, image: np.ndarray) -> Tile:
    return Tile(image, _("image {n} made by {run}").format(n=number, run=run), made="generated")


def _made(side: Through) -> np.ndarray:
    assert side.samples is not None, "only sides with samples come here"
    return side.samples


def _gallery(rows: list[tuple[Tile, ...]], labels: tuple[str, ...], sides: Sides) -> Gallery:
    return Gallery(tuple(rows), labels if any(labels) else (), (_("image"), *sides))


def _original(sides: Sides, index: int, name: str) -> Tile:
    side = next(iter(sides.values()))
    return Tile(side.images[index], _("image {name}").format(name=name))


def _answer(run: str, side: Through, index: int, label: str) -> Tile:
    assert side.probabilities is not None, "only sides with answers come here"
    sure = side.probabilities[index]
    said = _said(side, sure)
    wrong = label in side.classes and not side.multi_label and side.classes[int(sure.argmax())] != label
    alt = _("{run} says {answer}").format(run=run, answer=said)
    flag = _("wrong") if wrong else ""
    image = side.images[index]
    if side.maps is None:
        return Tile(image, alt, said, flag=flag)
    amounts = np.maximum(side.maps[index], 0)
    high = float(amounts.max())
    if not high > 0:
        flag = ", ".join(part for part in (flag, _("no positive evidence")) if part)
    return Tile(overlay(image, amounts, high), alt, said, overlay(image, amounts, high, smooth=False), flag)


def _said(side: Through, sure: np.ndarray) -> str:
    if not side.multi_label:
        best = int(sure.argmax())
        return f"{side.classes[best]} {percent(float(sure[best]))}"
    held = [f"{side.classes[i]} {percent(float(sure[i]))}" for i in np.flatnonzero(sure > _HALF)]
    return ", ".join(held) or _NONE


def _agreement(sides: Sides) -> str:
    """How many of the images shown all models of the same classes call the same."""
    first = next(iter(sides.values()))
    if len(sides) < 2 or any(side.classes != first.classes or side.multi_label for side in sides.values()):
        return ""
    said = np.stack([np.asarray(side.probabilities).argmax(1) for side in sides.values()])
    agreed = int((said == said[0]).all(0).sum())
    return _("They give the same answer for {n} of these {total} images.").format(n=agreed, total=said.shape[1])


def _rebuilding(run: str, side: Through, index: int, name: str) -> Tile:
    assert side.reconstructions is not None, "only sides with reconstructions come here"
    assert side.errors is not None, "they come with their errors"
    alt = _("reconstruction of image {name} by {run}").format(name=name, run=run)
    return Tile(side.reconstructions[index], alt, significant(float(side.errors[index])), made="reconstructed")
