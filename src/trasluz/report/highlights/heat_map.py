"""Heat maps: a few images, and where the evidence for the class lies that the model names."""

from __future__ import annotations

import numpy as np

from trasluz.draw.names import percent
from trasluz.draw.overlay import overlay
from trasluz.look.looks.cam import CamResult
from trasluz.report.context import Context
from trasluz.report.highlights._shown import Shown, grid, spread
from trasluz.report.highlights.base import Highlight
from trasluz.report.phrase import both, plain

SLOT = "inside"
ORDER = 10
_COUNT = 4
_LARGEST = 336  # pixels of a picture's longer side


def applies(context: Context) -> bool:
    """Whether there are maps."""
    found = context.looks.get("cam")
    return isinstance(found, CamResult) and len(found.images) > 0


def render(context: Context) -> Highlight:
    """Images in the first row, the same under their maps of the last layer in the second."""
    found = context.looks["cam"]
    assert isinstance(found, CamResult), "applies() made sure of it"
    chosen = spread(range(len(found.images)), _COUNT)
    images, maps = [], []
    for index in chosen:
        label = int(found.chosen[index, found.checked[index]])
        said = found.classes[label]
        amounts = np.maximum(np.nan_to_num(found.maps[found.layers[-1]][index, found.checked[index]]), 0)
        picture = overlay(found.images[index], amounts, float(amounts.max()))
        images.append(Shown(context.store(found.images[index]), plain(found.names[index]), spare=True))
        alt = both("Heat map of the evidence for {said}", said=said)
        sure = percent(float(found.confidence[index, label]), 0)
        line = both("{said}, {share}", said=said, share=sure)
        maps.append(Shown(context.store(picture, largest=_LARGEST), alt, line))
    caption = both(
        "Bright is where it finds evidence for the class that stands below. Whether to believe such maps is told "
        "under: Where does it look?"
    )
    return Highlight(both("Where it looks"), "where", grid([*images, *maps], len(chosen)), caption)
