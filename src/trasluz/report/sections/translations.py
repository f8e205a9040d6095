"""What does it make of images in another domain? A few of every domain, each above its translations."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from trasluz.draw.names import integer
from trasluz.evaluation.shapes import check_shapes
from trasluz.reading import read_arrays
from trasluz.report.context import Context
from trasluz.report.images import data_address
from trasluz.report.page import fill
from trasluz.report.phrase import Phrase, both, listing, plain
from trasluz.report.sections.base import Section
from trasluz.training.callbacks.translations import NAME

ORDER = 23
_SHAPES = {
    "originals": "uint8 n h w c",
    "domain": "int n",
    "rows": "int n",
    "domains": "text k",
    "made": "uint8 k n p q d",
}


def applies(context: Context) -> bool:
    """Whether training kept translated examples that can be read; they are of the final weights."""
    return context.weights.final and bool(kept(context))


def kept(context: Context) -> dict[str, np.ndarray]:
    """The translated examples that training kept; none where there are none that can be read."""
    return _read(context.weights.looks / f"{NAME}.npz")


def _read(path: Path) -> dict[str, np.ndarray]:
    """The examples; none where the file is damaged or not there."""
    try:
        found = read_arrays(path)
        check_shapes(found, _SHAPES, frozenset(_SHAPES))
        if not np.isin(found["domain"], np.arange(len(found["domains"]))).all():
            return {}
    except (OSError, ValueError):
        return {}
    return found


def answer(context: Context) -> Phrase:
    """How many images of which domains are shown."""
    found = kept(context)
    return both(
        "Shown are {n} images of {domains}, each with what the other decoders make of it.",
        n=integer(len(found["rows"])),
        domains=listing([plain(str(name)) for name in found["domains"]]),
    )


def render(context: Context) -> Section:
    """One gallery per domain that is translated from."""
    found = kept(context)
    names = [str(name) for name in found["domains"]]
    nothing = both("There is nothing to show.")
    galleries = []
    for domain, name in enumerate(names):
        places = np.flatnonzero(found["domain"] == domain)
        galleries.append((plain(name), [_card(context, found, int(index), names) for index in places], nothing))
    lead = both(
        "Above an image, below what the decoders of the other domains make of its code. Nobody photographed these: a "
        "network made them."
    )
    html = fill("sections/gallery.html", galleries=galleries, lead=lead)
    return Section(both("What does it make of images in another domain?"), "translations", html)


def _card(context: Context, found: dict[str, np.ndarray], index: int, names: list[str]) -> dict[str, Any]:
    own, row = int(found["domain"][index]), int(found["rows"][index])
    pictures = [(_keep(context, found["originals"][index]), both("Image {row}", row=row))]
    others = [other for other in range(len(names)) if other != own]
    for other in others:
        alt = both("Image {row} translated to {domain}", row=row, domain=names[other])
        pictures.append((_keep(context, found["made"][other, index]), alt))
    return {"pictures": pictures, "lines": [plain(" → ".join([names[own], *(names[other] for other in others)]))]}


def _keep(context: Context, image: np.ndarray) -> int:
    """The number of a picture that is put onto the page."""
    context.pictures.append(data_address(image))
    return len(context.pictures) - 1
