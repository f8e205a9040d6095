"""Translations: a few images of each domain above what the model makes of them in another."""

from __future__ import annotations

import numpy as np

from trasluz.report.context import Context
from trasluz.report.highlights._shown import Shown, grid
from trasluz.report.highlights.base import Highlight
from trasluz.report.images import Made
from trasluz.report.phrase import both, plain
from trasluz.report.sections import translations as section

SLOT = "gives"
ORDER = 5
_COUNT = 4


def applies(context: Context) -> bool:
    """Whether translated examples were kept."""
    return section.applies(context)


def render(context: Context) -> Highlight:
    """Images of all domains in turns."""
    found = section.kept(context)
    names = [str(name) for name in found["domains"]]
    places = [list(np.flatnonzero(found["domain"] == domain)) for domain in range(len(names))]
    turns = [own[turn] for turn in range(max(map(len, places), default=0)) for own in places if turn < len(own)]
    originals, made = [], []
    for index in sorted(turns[:_COUNT], key=lambda i: int(found["domain"][i])):
        domain = int(found["domain"][index])
        other = next(k for k in range(len(names)) if k != domain) if len(names) > 1 else domain
        row = int(found["rows"][index])
        originals.append(
            Shown(context.store(found["originals"][index]), both("Image {row}", row=row), plain(names[domain]))
        )
        alt = both("Image {row} translated to {domain}", row=row, domain=names[other])
        picture = context.store(found["made"][other, index], Made("reconstructed", context.origin))
        made.append(Shown(picture, alt, plain(f"→ {names[other]}")))
    caption = both("Below: what the decoder of the other domain makes of the image's code.")
    return Highlight(both("What it makes of images"), "translations", grid([*originals, *made], _COUNT), caption)
