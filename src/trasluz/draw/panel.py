"""Panel: one picture of a look with its words, in the language in force; report, notebook and lab show the same one.

Words are never part of an image, so that a page can say them in another language and a screen reader can read them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    import plotly.graph_objects as go


@dataclass(frozen=True)
class Tile:
    """``image``: uint8 ``[h, w, c]`` (c: 1, 3 or 4).  ``alt`` says what it shows; ``caption`` stands below it.

    ``native``: the same on the grid on which it was computed, where ``image`` is smoother than that.  ``flag`` marks
    what a reader should distrust, in a word or two.  ``made``: what a network did to it, which its file says wherever
    it is copied to.
    """

    image: np.ndarray
    alt: str
    caption: str = ""
    native: np.ndarray | None = None
    flag: str = ""
    made: Literal["", "generated", "reconstructed"] = ""


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

    ``rows`` and ``columns``: headings, or none.  ``scales``: one for all tiles, one per row, or none.  ``layers``: the
    layer that each row is about, by its full name, or none; a page leads there from the network's strip.  ``moments``:
    how many of the last columns are moments of one and the same thing, of which a page shows one at a time.
    """

    tiles: tuple[tuple[Tile, ...], ...]
    rows: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    scales: tuple[Scale, ...] = ()
    layers: tuple[str, ...] = ()
    moments: int = 0


Cell = str | int | float


@dataclass(frozen=True)
class Table:
    """``rows`` of cells as long as ``head``; numbers are sorted by value and shown by ``texts`` of the same place.

    ``layers``: the layer that each row is about, as in ``Gallery``.
    """

    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    texts: tuple[tuple[str, ...], ...]
    layers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Kinds:
    """A colouring of points by kind: ``values`` int ``[n]`` of ``names``, −1 for none; a colour for each name."""

    title: str
    values: np.ndarray
    names: tuple[str, ...]
    colours: tuple[str, ...]


@dataclass(frozen=True)
class Amounts:
    """A colouring of points by amount: ``values`` float ``[n]``, NaN where unknown, from ``low`` to ``high``.

    ``ends``: both as text.  ``colours``: from low to high, on light paper and ``dark`` on dark.
    """

    title: str
    values: np.ndarray
    low: float
    high: float
    ends: tuple[str, str]
    colours: tuple[str, ...]
    dark: tuple[str, ...]


@dataclass(frozen=True)
class PointMap:
    """Points on one or several maps of the same things, to be coloured in several ways.

    ``maps``: a name and float ``[n, 2]`` each.  ``rows``: what each of the n points is called.  ``thumbnails``: uint8
    ``[m, h, w, c]`` of the first m points.  ``marked``: bool ``[n]``, points to stand out.
    """

    maps: tuple[tuple[str, np.ndarray], ...]
    colourings: tuple[Kinds | Amounts, ...]
    rows: tuple[str, ...]
    thumbnails: np.ndarray
    marked: np.ndarray


@dataclass(frozen=True)
class Plan:
    """The network drawn: ``parts``, its networks as SVG side by side, each complete in itself; elements with
    ``data-plan`` name the layer that they stand for, so that a page can lead from there to what is known of it."""

    parts: tuple[str, ...]


@dataclass(frozen=True)
class Heat:
    """One heat map on its own grid: ``amounts`` float ``[h, w]``, of which ``high`` has the full colour (``−high`` the
    other one, where amounts have either sign); ``ends`` of its scale as text; ``alt`` says what it shows; ``flag`` as
    in ``Tile``."""

    amounts: np.ndarray
    high: float
    ends: tuple[str, str]
    alt: str
    flag: str = ""


@dataclass(frozen=True)
class Photo:
    """A picture with its heat maps: ``image`` uint8 ``[h, w, c]`` as the model was given it, ``name`` of its file, by
    which a page finds the photograph itself; ``alt``; ``caption`` stands below it.

    ``classes``: the k classes of its maps in words.  ``heats``: ``[layer][class][method]``.
    """

    image: np.ndarray
    name: str
    alt: str
    caption: str
    classes: tuple[str, ...]
    heats: tuple[tuple[tuple[Heat, ...], ...], ...]


@dataclass(frozen=True)
class Overlay:
    """Heat maps over photographs, one photograph, layer, class and method at a time; ``layers`` and ``methods`` in
    words, the last layer and the first method are shown first.

    ``title`` of the one colour scale; ``signed``: whether its middle is zero.
    """

    photos: tuple[Photo, ...]
    layers: tuple[str, ...]
    methods: tuple[str, ...]
    title: str
    signed: bool = False

    def gallery(self) -> Gallery:
        """The same where nothing can be switched: a row per photograph, beside it the maps of its classes at the last
        layer by the first method."""
        from trasluz.draw.amounts import scale_bar
        from trasluz.draw.overlay import as_shown, overlay, signed_overlay

        paint = signed_overlay if self.signed else overlay
        rows, scales = [], []
        for photo in self.photos:
            heats = [methods[0] for methods in photo.heats[-1]]
            tiles = [Tile(as_shown(photo.image), photo.alt, photo.caption)]
            for name, heat in zip(photo.classes, heats, strict=True):
                shown, native = (paint(photo.image, heat.amounts, heat.high, smooth=smooth) for smooth in (True, False))
                tiles.append(Tile(shown, heat.alt, name, native, heat.flag))
            rows.append(tuple(tiles))
            scales.append(scale_bar(self.title, *heats[0].ends, diverging=self.signed))
        return Gallery(tuple(rows), scales=tuple(scales))


@dataclass(frozen=True)
class Panel:
    """``title``; what is shown, with ``alt`` for those who cannot see it; ``note``: how to read it; ``verdict``: what
    it says about this model; ``warnings``: why not to trust it; ``layer``: the one layer that it is about, by its full
    name, if any; ``folded``: a detail, of which a page shows title, verdict and warnings until a reader opens it."""

    title: str
    content: go.Figure | Gallery | Table | PointMap | Overlay | Plan
    alt: str
    note: str = ""
    verdict: str = ""
    warnings: tuple[str, ...] = ()
    layer: str = ""
    folded: bool = False
