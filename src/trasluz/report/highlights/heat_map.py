"""Heat maps: a few images, and where the evidence for the class lies that the model names.

Of photographs fewer are shown, and larger; over the files themselves where these are found and show more than the
stored copies."""

from __future__ import annotations

import numpy as np

from trasluz.draw.names import percent
from trasluz.draw.overlay import overlay
from trasluz.look.looks.cam import CamResult
from trasluz.report.context import Context
from trasluz.report.highlights._shown import Shown, grid, spread
from trasluz.report.highlights.base import Highlight
from trasluz.report.originals import originals
from trasluz.report.overlays import SEEN_AS_PHOTOGRAPH
from trasluz.report.phrase import both, plain

SLOT = "inside"
ORDER = 10
_COUNT = 4
_PHOTOGRAPHS = 2
_LARGEST = 480  # pixels of a picture's longer side, for those who enlarge it


def applies(context: Context) -> bool:
    """Whether there are maps."""
    found = context.looks.get("cam")
    return isinstance(found, CamResult) and len(found.images) > 0


def render(context: Context) -> Highlight:
    """Images in the first row, the same under their maps of the last layer in the second."""
    found = context.looks["cam"]
    assert isinstance(found, CamResult), "applies() made sure of it"
    photographs = _photographs(context, found, spread(range(len(found.images)), _PHOTOGRAPHS))
    chosen = list(photographs) or spread(range(len(found.images)), _COUNT)
    images, maps = [], []
    for index in chosen:
        label = int(found.chosen[index, found.checked[index]])
        said = found.classes[label]
        amounts = np.maximum(np.nan_to_num(found.maps[found.layers[-1]][index, found.checked[index]]), 0)
        image = photographs.get(index, found.images[index])
        picture = overlay(image, amounts, float(amounts.max()), largest=_LARGEST if photographs else None)
        original = context.store(image, largest=_LARGEST)
        images.append(Shown(original, plain(found.names[index]), spare=True))
        alt = both("Heat map of the evidence for {said}", said=said)
        sure = percent(float(found.confidence[index, label]), 0)
        line = both("{said}, {share}", said=said, share=sure)
        maps.append(Shown(context.store(picture, largest=_LARGEST), alt, line))
    caption = both(
        "Bright is where it finds evidence for the class that stands below. Whether to believe such maps is told "
        "under: Where does it look?"
    )
    return Highlight(both("Where it looks"), "where", grid([*images, *maps], len(chosen)), caption)


def _photographs(context: Context, found: CamResult, chosen: list[int]) -> dict[int, np.ndarray]:
    """The photographs of ``chosen`` by their place: the files where all show more than the stored copies, else these;
    empty where these are small and there are no files."""
    stored = {i: found.images[i] for i in chosen}
    files = originals(context, tuple(found.names[i] for i in chosen), found.images[chosen])
    known = {chosen[place]: image for place, image in sorted(files.items())}
    if len(known) == len(chosen) and all(known[i].shape[0] > stored[i].shape[0] for i in known):
        return known
    return stored if min(found.images.shape[1:3]) >= SEEN_AS_PHOTOGRAPH else {}
