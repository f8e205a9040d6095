"""A part of an image marked: a frame around it, and what lies outside paler."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw

from trasluz.draw.colours import ORANGE
from trasluz.draw.overlay import sized

_LEFT = 0.35  # of the contrast outside the frame, so that the rest of the image is still seen
_MIDDLE = 128


def marked(image: np.ndarray, crop: Sequence[float]) -> np.ndarray:
    """uint8 ``[h, w, 3]`` of ``image`` uint8 ``[h, w, c]``; ``crop``: top, left, bottom, right as shares of its sides.

    Small images are enlarged by a whole factor, large ones shrunk.
    """
    picture = sized(image)
    if picture.mode == "RGBA":
        picture = Image.alpha_composite(Image.new("RGBA", picture.size, "#ffffff"), picture)
    pixels = np.asarray(picture.convert("RGB"), np.float32)
    height, width = pixels.shape[:2]
    top, left, bottom, right = _frame(crop, height, width)
    faded = _MIDDLE + (pixels - _MIDDLE) * _LEFT
    faded[top:bottom, left:right] = pixels[top:bottom, left:right]
    found = Image.fromarray(faded.round().astype(np.uint8))
    pen = ImageDraw.Draw(found)
    pen.rectangle((left, top, right - 1, bottom - 1), outline=ORANGE, width=max(round(max(height, width) / 56), 1))
    return np.asarray(found)


def _frame(crop: Sequence[float], height: int, width: int) -> tuple[int, int, int, int]:
    """The crop in pixels, at least one on each side."""
    top, bottom = round(crop[0] * height), round(crop[2] * height)
    left, right = round(crop[1] * width), round(crop[3] * width)
    top, left = min(top, height - 1), min(left, width - 1)
    return top, left, max(bottom, top + 1), max(right, left + 1)
