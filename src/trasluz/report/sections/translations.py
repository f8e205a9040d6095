"""What does it make of images in another domain? A few of every domain, each above its translations."""

from __future__ import annotations

from typing import Any

import numpy as np

from trasluz.report.context import Context
from trasluz.report.images import data_address
from trasluz.report.page import fill
from trasluz.report.phrase import both, plain
from trasluz.report.sections.base import Section
from trasluz.training.callbacks.translations import NAME

ORDER = 23


def applies(context: Context) -> bool:
    """Whether training kept translated examples, which are of the final weights."""
    return context.weights.final and (context.weights.looks / f"{NAME}.npz").is_file()


def render(context: Context) -> Section:
    """One gallery per domain that is translated from."""
    with np.load(context.weights.looks / f"{NAME}.npz") as stored:
        found = {name: stored[name] for name in stored.files}
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
