"""Training images in rows of one class, each beside its augmented twins."""

from __future__ import annotations

import numpy as np

from trasluz.draw.looking import Question
from trasluz.draw.overlay import as_shown
from trasluz.draw.panel import Gallery, Panel, Tile
from trasluz.look.looks.training_images import TrainingImagesResult
from trasluz.messages import _

QUESTION: Question = "data"
ORDER = 10


def draw(result: TrainingImagesResult) -> tuple[Panel, ...]:
    """One gallery."""
    rows, heads = [], []
    for label in dict.fromkeys(result.labels.tolist()):
        places = np.flatnonzero(result.labels == label)
        for start in range(0, len(places), result.beside):
            rows.append([tile for place in places[start : start + result.beside] for tile in _tiles(result, place)])
            heads.append(result.classes[label] if label >= 0 else "")
    draws = result.draws.shape[1]
    columns = (_("as stored"), *[_("augmented")] * draws) * result.beside if draws else ()
    widest = max(map(len, rows), default=0)
    gallery = Gallery(tuple(map(tuple, rows)), tuple(heads) if any(heads) else (), columns[:widest])
    if draws:
        note = _(
            "First of each class as they come. Beside each image as stored stand {n} draws of what training sees of "
            "it: it never sees the same twice; validation sees images as stored."
        ).format(n=draws)
    else:
        note = _("First of each class as they come. Training sees each of them as it is stored.")
    if result.mixed:
        note += " " + _("Not shown is mixup, which lays two images over each other.")
    title = _("Training images and their augmented twins") if draws else _("Training images")
    return (Panel(title, gallery, title, note),)


def _tiles(result: TrainingImagesResult, place: int) -> list[Tile]:
    name = result.names[place]
    tiles = [Tile(as_shown(result.images[place]), _("{image} as stored").format(image=name))]
    for number, twin in enumerate(result.draws[place], 1):
        tiles.append(Tile(as_shown(twin), _("{image} in training, draw {n}").format(image=name, n=number)))
    return tiles
