"""Panel: one picture of a look with its words, in the language in force; report, notebook and lab show the same one.

Words are never part of an image, so that a page can say them in another language and a screen reader can read them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import plotly.graph_objects as go


@dataclass(frozen=True)
class Tile:
    """``image``: uint8 ``[h, w, c]`` (c: 1, 3 or 4).  ``alt`` says what it shows; ``caption`` stands below it.

    ``native``: the same on the grid on which it was computed, where ``image`` is smoother than that.  ``flag`` marks
    what a reader should distrust, in a word or two.
    """

    image: np.ndarray
    alt: str
    caption: str = ""
    native: np.ndarray | None = None
    flag: str = ""


@dataclass(frozen=True)
class Scale:
    """The bar beside tiles that share a colour scale: its ends as text, what is measured, and its colours in order."""

    low: str
    high: str
    title: str
    colours: tuple[str, ...]


@dataclass(frozen=True)
class Gallery:
    """Tiles in rows; all rows are as long as ``columns`` where there are headings.

    ``rows`` and ``columns``: headings, or none.  ``scales``: one for all tiles, one per row, or none.
    """

    tiles: tuple[tuple[Tile, ...], ...]
    rows: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    scales: tuple[Scale, ...] = ()


Cell = str | int | float


@dataclass(frozen=True)
class Table:
    """``rows`` of cells as long as ``head``; numbers are sorted by value and shown by ``texts`` of the same place."""

    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    texts: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Panel:
    """``title``; what is shown, with ``alt`` for those who cannot see it; ``note``: how to read it; ``verdict``: what
    it says about this model; ``warnings``: why not to trust it."""

    title: str
    content: go.Figure | Gallery | Table
    alt: str
    note: str = ""
    verdict: str = ""
    warnings: tuple[str, ...] = ()
