"""A gallery as one picture, headings and captions in it: for notebooks and files, where no page lays out tiles."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageColor, ImageDraw

from trasluz.draw.lettering import lettering
from trasluz.draw.mosaic import Style, as_tile
from trasluz.draw.panel import Gallery, Scale, Tile

_WIDEST, _HIGHEST = 1400, 1200  # pixels of all tiles; more of them are smaller
_LEAST, _MOST = 56, 200  # sides of a tile
_ROW_NAME = 150  # pixels for the headings of rows
_LETTER = 8  # pixels, about, of a letter's width
_NAME_LINES = 3
_BAR = (160, 10)  # a colour bar, in pixels


@dataclass(frozen=True)
class _Lines:
    """``text``: pixels of a line's height; ``captions``: the most lines below a tile."""

    text: int
    captions: int

    @property
    def below(self) -> int:
        return self.captions * self.text


def gallery_picture(gallery: Gallery, style: Style | None = None) -> Image.Image:
    """``gallery`` with the headings of its rows and columns, captions and colour bars, as RGB."""
    rows = [row for row in gallery.tiles if row]
    if not rows:
        return Image.new("RGB", (1, 1), (style or Style()).paper)
    columns = max(len(row) for row in rows)
    left = _ROW_NAME if any(gallery.rows) else 0
    side = int(np.clip(min((_WIDEST - left) / columns, _HIGHEST / len(rows)), _LEAST, _MOST))
    style = style or Style(tile=side)
    pictures = [[as_tile(tile.image, style.tile) for tile in row] for row in rows]
    width = max(picture.width for row in pictures for picture in row)
    height = max(picture.height for row in pictures for picture in row)
    texts = [[_words(tile) for tile in row] for row in rows]
    lines = _Lines(style.text + 5, max(len(words) for row in texts for words in row))
    top = style.margin + (lines.text + style.gap if any(gallery.columns) else 0)
    step = (width + style.gap, height + lines.below + style.gap)
    bars = len(gallery.scales[:1]) * (lines.text + _BAR[1] + 3 * style.gap)
    size = (2 * style.margin + left + columns * step[0], top + len(rows) * step[1] + bars + style.margin)
    picture = Image.new("RGB", size, style.paper)
    pen = ImageDraw.Draw(picture)
    for place, name in enumerate(gallery.columns[:columns]):
        _write(pen, name, (style.margin + left + place * step[0], style.margin), width, style)
    for number, row in enumerate(pictures):
        y = top + number * step[1]
        if left:
            for line, words in enumerate(_wrapped(gallery.rows[number], left // _LETTER)):
                _write(pen, words, (style.margin, y + line * lines.text), left - style.gap, style)
        for place, tile in enumerate(row):
            x = style.margin + left + place * step[0]
            picture.paste(tile, (x, y))
            for line, words in enumerate(texts[number][place]):
                _write(pen, words, (x, y + height + 2 + line * lines.text), width, style)
    if gallery.scales:
        _draw_bar(picture, pen, gallery.scales[0], (style.margin + left, top + len(rows) * step[1] + style.gap), style)
    return picture


def _words(tile: Tile) -> list[str]:
    return [words for words in (tile.caption, tile.flag) if words]


def _wrapped(name: str, letters: int) -> list[str]:
    """A heading in at most three lines; names of layers break anywhere."""
    return textwrap.wrap(name, letters)[:_NAME_LINES] or [""]


def _draw_bar(
    picture: Image.Image, pen: ImageDraw.ImageDraw, scale: Scale, corner: tuple[int, int], style: Style
) -> None:
    """The colours from low to high, and below them the ends and what is measured."""
    ends = np.array([ImageColor.getrgb(colour)[:3] for colour in scale.colours], float)
    places = np.linspace(0, len(ends) - 1, _BAR[0])
    colours = np.stack([np.interp(places, range(len(ends)), ends[:, channel]) for channel in range(3)], 1)
    strip = np.broadcast_to(colours.round().astype(np.uint8), (_BAR[1], _BAR[0], 3))
    picture.paste(Image.fromarray(np.ascontiguousarray(strip)), corner)
    words = f"{scale.low} – {scale.high}  {scale.title}"
    at = (corner[0], corner[1] + _BAR[1] + 3)
    _write(pen, words, at, picture.width - corner[0] - style.margin, style)


def _write(pen: ImageDraw.ImageDraw, text: str, corner: tuple[int, int], width: int, style: Style) -> None:
    letters = lettering(style.text)
    pen.text(corner, letters.cut(pen, text, width), fill=style.ink, font=letters.font)
