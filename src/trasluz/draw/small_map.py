"""A map of points as one small picture with a clear background, for light and dark pages alike."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw

from trasluz.draw.colours import GREY

_FINE = 3  # times larger while it is drawn, so that dots are round
_MARGIN = 0.03  # of the side
_LOWEST = 0.5  # of the width
_GOLDEN = (5**0.5 - 1) / 2
_INK = 0.05  # of the picture that the dots of a full map cover at least, before they lie over each other


def small_map(positions: np.ndarray, kinds: np.ndarray, colours: Sequence[str], side: int = 336) -> np.ndarray:
    """uint8 ``[height, side, 4]``: ``positions`` float ``[n, 2]`` (up is up) in the colours of their ``kinds``, int
    ``[n]``, grey where that is negative; as high as the map, but at least half as high as wide and at most square."""
    least, most = positions.min(0), positions.max(0)
    wide, tall = (float(length) for length in most - least)
    shape = np.array([1.0, min(max(tall / (wide or 1.0), _LOWEST), 1.0)])
    scale = (1 - 2 * _MARGIN) * side * _FINE * min(1 / (wide or 1.0), shape[1] / (tall or 1.0))
    width, height = (round(part) * _FINE for part in shape * side)
    places = (positions - (least + most) / 2) * scale * (1, -1) + np.array([width, height]) / 2
    radius = _FINE * min(max(side * (_INK / max(len(places), 1)) ** 0.5, 1.1), 4.5)
    picture = Image.new("RGBA", (width, height), (0, 0, 0, 0))
    pen = ImageDraw.Draw(picture)
    turns = np.argsort(np.arange(len(places)) * _GOLDEN % 1, kind="stable")
    for place in turns:  # in an order that has nothing to do with theirs, so that no class covers those before it
        x, y = places[place]
        kind = int(kinds[place])
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colours[kind] if kind >= 0 else GREY)
    return np.asarray(picture.resize((width // _FINE, height // _FINE), Image.Resampling.LANCZOS))
