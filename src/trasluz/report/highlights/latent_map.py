"""The latent map as one small picture: its first projection, coloured by class."""

from __future__ import annotations

from trasluz.draw.colours import BLUE, class_colours
from trasluz.draw.names import integer
from trasluz.draw.small_map import small_map
from trasluz.look import projections
from trasluz.look.looks.latent_map import LatentMapResult
from trasluz.messages import _
from trasluz.report.context import Context
from trasluz.report.highlights.base import Highlight
from trasluz.report.page import fill
from trasluz.report.phrase import Phrase, both

SLOT = "inside"
ORDER = 20
_MOST = 10  # classes whose names stand below


def applies(context: Context) -> bool:
    """Whether there is a map."""
    found = context.looks.get("latent-map")
    return isinstance(found, LatentMapResult) and bool(found.positions) and len(found.rows) > 0


def render(context: Context) -> Highlight:
    """The last of the projections, which are in the order in which they say more of neighbourhoods."""
    found = context.looks["latent-map"]
    assert isinstance(found, LatentMapResult), "applies() made sure of it"
    name, positions = list(found.positions.items())[-1]
    colours = class_colours(len(found.classes)) or (BLUE,)
    picture = small_map(positions, found.labels, colours)
    method = Phrase.of(lambda: _(projections.find(name).NAME))
    alt = both("Map of the codes of {n} images by {method}", n=integer(len(found.rows)), method=method)
    known = bool((found.labels >= 0).any())
    keys = list(zip(found.classes, colours, strict=False))[:_MOST] if known else []
    html = fill("highlights/map.html", picture=context.store(picture, largest=picture.shape[1]), alt=alt, keys=keys)
    caption = both("Each dot is the code of one image; what is near is alike to the network ({method}).", method=method)
    return Highlight(both("What is alike to it"), "latent", html, caption)
