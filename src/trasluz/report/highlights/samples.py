"""Samples: images that a generator made."""

from __future__ import annotations

import numpy as np

from trasluz.look.looks.film_strip import FilmStripResult
from trasluz.look.looks.prior_samples import PriorSamplesResult
from trasluz.report.context import Context
from trasluz.report.highlights._shown import Shown, grid
from trasluz.report.highlights.base import Highlight
from trasluz.report.images import Made
from trasluz.report.phrase import both

SLOT = "gives"
ORDER = 10
_COUNT, _COLUMNS = 15, 5
_FEW = 10  # that small screens show


def applies(context: Context) -> bool:
    """Whether samples of the prior are known."""
    return len(_samples(context)) > 0


def render(context: Context) -> Highlight:
    """The first that the model makes, which nobody chose."""
    made = Made("generated", context.origin)
    shown = [
        Shown(context.store(image, made), both("Generated image {number}", number=i + 1), spare=i >= _FEW)
        for i, image in enumerate(_samples(context)[:_COUNT])
    ]
    anchor = "makes" if "prior-samples" in context.looks else "learned"
    caption = both("The first that it makes, not chosen among more.")
    return Highlight(both("What it makes of nothing but chance"), anchor, grid(shown, _COLUMNS), caption)


def _samples(context: Context) -> np.ndarray:
    """Uint8 ``[n, h, w, c]``; those of the film strip where the look that draws more was not had."""
    found = context.looks.get("prior-samples")
    if isinstance(found, PriorSamplesResult) and "prior" in found.images:
        return found.images["prior"]
    film = context.looks.get("film-strip")
    if isinstance(film, FilmStripResult) and len(film.samples):
        last: np.ndarray = film.samples[-1]
        return last
    return np.zeros((0, 1, 1, 1), np.uint8)
