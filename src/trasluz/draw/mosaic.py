"""Mosaics: many small images in one picture, in a grid with a label under each. Made with Pillow, lossless.

Pixels of small images are enlarged by a whole factor, so that every one stays a square of one colour; large
images are shrunk smoothly.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from trasluz.draw.lettering import lettering

_CHECKER = (255, 232)  # the two greys under transparent pixels


@dataclass(frozen=True)
class Style:
    """Sides in pixels of the picture; colours as Pillow understands them."""

    tile: int = 112
    gap: int = 6
    margin: int = 10
    text: int = 13
    paper: str = "#ffffff"
    ink: str = "#24292f"
    edge: str = "#d0d7de"


def mosaic(
    images: np.ndarray | Sequence[np.ndarray],
    labels: Sequence[str] = (),
    *,
    columns: int | None = None,
    title: str = "",
    style: Style | None = None,
) -> Image.Image:
    """``images`` uint8 ``[h, w, c]`` each (c: 1 grey, 3 colour, 4 with alpha; sizes may differ) as one RGB picture.

    ``labels``: one per image, or none; cut with an ellipsis where they are wider than their image.  ``columns``:
    by default about as many as rows.  Images keep their aspect, inside squares of ``style.tile``.

    Raises:
        ValueError: there is no image, or not one label per image.
    """
    style = style or Style()
    if len(images) == 0 or (len(labels) and len(labels) != len(images)):
        raise ValueError(f"a mosaic needs images and as many labels as images, not {len(images)} and {len(labels)}")
    columns = min(columns or math.ceil(math.sqrt(len(images))), len(images))
    tiles = [as_tile(np.asarray(image), style.tile) for image in images]
    grid = _grid(tiles, columns, style, labelled=len(labels) > 0, titled=bool(title))
    picture = Image.new("RGB", grid.size, style.paper)
    pen = ImageDraw.Draw(picture)
    if title:
        _write(pen, title, (style.margin, style.margin), picture.width - 2 * style.margin, style, centred=False)
    for i, tile in enumerate(tiles):
        left, top = grid.left + (i % columns) * grid.step_x, grid.top + (i // columns) * grid.step_y
        x, y = left + (grid.width - tile.width) // 2, top + (grid.height - tile.height) // 2
        pen.rectangle((x - 1, y - 1, x + tile.width, y + tile.height), outline=style.edge)
        picture.paste(tile, (x, y))
        if len(labels):
            _write(pen, str(labels[i]), (left, top + grid.height + 2), grid.width, style, centred=True)
    return picture


@dataclass(frozen=True)
class _Grid:
    """Where cells lie, in pixels: the first one's corner, their sides, the steps between them, the whole size."""

    left: int
    top: int
    width: int
    height: int
    step_x: int
    step_y: int
    size: tuple[int, int]


def _grid(tiles: Sequence[Image.Image], columns: int, style: Style, *, labelled: bool, titled: bool) -> _Grid:
    line = style.text + 7
    width, height = max(t.width for t in tiles), max(t.height for t in tiles)
    step_x, step_y = width + style.gap, height + style.gap + (line if labelled else 0)
    top = style.margin + (line + style.gap if titled else 0)
    whole = (
        2 * style.margin + columns * step_x - style.gap,
        top + math.ceil(len(tiles) / columns) * step_y - style.gap + style.margin,
    )
    return _Grid(style.margin, top, width, height, step_x, step_y, whole)


def as_tile(image: np.ndarray, side: int) -> Image.Image:
    """One image as RGB, its longer side close to ``side``."""
    picture = _rgb(image)
    longer = max(picture.size)
    if longer <= side:
        factor = side // longer
        return picture.resize((picture.width * factor, picture.height * factor), Image.Resampling.NEAREST)
    shrunk = [max(round(length * side / longer), 1) for length in picture.size]
    return picture.resize((shrunk[0], shrunk[1]), Image.Resampling.BICUBIC)


def _rgb(image: np.ndarray) -> Image.Image:
    if image.ndim == 3 and image.shape[2] == 1:
        image = image[:, :, 0]
    if image.ndim == 2 or image.shape[2] == 3:
        return Image.fromarray(np.ascontiguousarray(image)).convert("RGB")
    return _over_checker(image)


def _over_checker(image: np.ndarray) -> Image.Image:
    """An image with alpha over a pale chequerboard of about eight squares a side."""
    height, width = image.shape[:2]
    square = max(min(height, width) // 8, 1)
    rows, columns = np.arange(height)[:, None] // square, np.arange(width)[None] // square
    under = np.where((rows + columns) % 2 == 0, *_CHECKER).astype(np.uint8)
    base = Image.fromarray(under).convert("RGBA")
    return Image.alpha_composite(base, Image.fromarray(np.ascontiguousarray(image), "RGBA")).convert("RGB")


def _write(
    pen: ImageDraw.ImageDraw, text: str, corner: tuple[int, int], width: int, style: Style, *, centred: bool
) -> None:
    letters = lettering(style.text)
    shown = letters.cut(pen, text, width)
    shift = (width - pen.textlength(shown, letters.font)) / 2 if centred else 0
    pen.text((corner[0] + max(shift, 0), corner[1]), shown, fill=style.ink, font=letters.font)
