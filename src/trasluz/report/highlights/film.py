"""What the model gave before training, on the way and at the end: of models that have neither maps nor codes."""

from __future__ import annotations

import numpy as np

from trasluz.draw.overlay import as_shown
from trasluz.look.looks.film_strip import FilmStripResult
from trasluz.report.context import Context
from trasluz.report.highlights._shown import Shown, grid, spread
from trasluz.report.highlights.base import Highlight
from trasluz.report.images import Made
from trasluz.report.phrase import Phrase, both, plain

SLOT = "inside"
ORDER = 90
_COLUMNS, _ROWS = 4, 3
_FEW = 2  # rows that small screens show, the last ones, which say when


def applies(context: Context) -> bool:
    """Whether there are frames of images that the model made."""
    found = context.looks.get("film-strip")
    return isinstance(found, FilmStripResult) and len(found.epochs) > 1 and len(_made(found)) > 0


def render(context: Context) -> Highlight:
    """One column per moment."""
    found = context.looks["film-strip"]
    assert isinstance(found, FilmStripResult), "applies() made sure of it"
    frames = spread(range(len(found.epochs)), _COLUMNS)
    images = _made(found)
    rows = range(min(_ROWS, images.shape[1]))
    kind = Made("generated" if len(found.samples) else "reconstructed", context.origin)
    shown = []
    for row in rows:
        for frame in frames:
            when = _when(int(found.epochs[frame]))
            picture = context.store(as_shown(images[frame, row]), kind)
            line = when if row == rows[-1] else plain("")
            alt = both("Image {row}, {when}", row=row + 1, when=when)
            shown.append(Shown(picture, alt, line, spare=row < len(rows) - _FEW))
    html = grid(shown, len(frames))
    return Highlight(
        both("What it made on the way"), "learned", html, both("Every row from one and the same beginning.")
    )


def _made(found: FilmStripResult) -> np.ndarray:
    """Uint8 ``[f, n, h, w, c]``."""
    return found.samples if len(found.samples) else found.reconstructions


def _when(epoch: int) -> Phrase:
    return both("before training") if epoch == 0 else both("epoch {epoch}", epoch=epoch)
