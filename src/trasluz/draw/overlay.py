"""A heat map over its image: the image in grey, the map in colour where it is high and transparent where it is low.

Over small images it is drawn large, so that it stays sharp where a reader enlarges it: the map smooth, every pixel of
the image a square.
"""

from __future__ import annotations

import numpy as np
from PIL import Image

from trasluz.draw.amounts import around_zero, rising

_SMALL = 96  # pixels of the longer side, below which a page draws every pixel as a square
_ENLARGED, _SHRUNK = 336, 112  # of overlays over small and over large images, about
_STEPS = 255  # of the map, between clear and solid
_SOLID = 0.85  # of the colour where the map is highest, so that the image is seen everywhere


def overlay(
    image: np.ndarray, amounts: np.ndarray, high: float, *, smooth: bool = True, largest: int | None = None
) -> np.ndarray:
    """uint8 ``[height, width, 3]`` of ``image`` (uint8 ``[h, w, c]``) under ``amounts`` (float ``[h', w']``, from 0).

    ``high`` is the amount of the brightest colour.  ``smooth`` enlarges the map bilinearly; otherwise its own grid is
    seen.  Small images are enlarged by a whole factor, large ones shrunk to ``largest`` pixels of the longer side.
    """
    stops = np.linspace(0, 1, _STEPS + 1)
    base = grey(image, largest or _SHRUNK)
    return _mixed(base, np.maximum(np.nan_to_num(amounts), 0), 0, high, rising(stops, 1), stops, smooth)


def signed_overlay(image: np.ndarray, amounts: np.ndarray, reach: float, *, smooth: bool = True) -> np.ndarray:
    """``overlay`` of amounts of either sign: red above zero, blue below, and clear at zero.

    ``reach`` is the amount, of either sign, of the strongest colours.
    """
    stops = np.linspace(-1, 1, 2 * _STEPS + 1)
    return _mixed(grey(image), np.nan_to_num(amounts), -reach, reach, around_zero(stops, 1), np.abs(stops), smooth)


def _mixed(
    base: np.ndarray,
    amounts: np.ndarray,
    low: float,
    high: float,
    colours: np.ndarray,
    strength: np.ndarray,
    smooth: bool,
) -> np.ndarray:
    """Colours over ``base``, an image in grey, uint8 ``[height, width, 3]``.

    ``colours`` uint8 ``[k, 3]`` of amounts from ``low`` to ``high``, in equal steps, are the more solid the larger
    their ``strength`` (0 to 1, ``[k]``).
    """
    if not high > 0:
        return np.repeat(base.round().astype(np.uint8)[..., None], 3, 2)
    values = _enlarged(amounts, base, smooth)
    steps = np.rint((np.clip(values, low, high) - low) * ((len(colours) - 1) / (high - low))).astype(np.int32)
    cover = (_SOLID * strength).astype(np.float32)
    clear, paint = (1 - cover)[steps], (colours * cover[:, None]).astype(np.float32)[steps]
    pixels: np.ndarray = (base * clear)[..., None] + paint
    return (pixels + 0.5).astype(np.uint8)


def _enlarged(amounts: np.ndarray, base: np.ndarray, smooth: bool) -> np.ndarray:
    """``amounts`` float32 of the size of ``base``."""
    height, width = base.shape
    how = Image.Resampling.BILINEAR if smooth else Image.Resampling.NEAREST
    return np.asarray(Image.fromarray(amounts.astype(np.float32)).resize((width, height), how))


def grey(image: np.ndarray, largest: int = _SHRUNK) -> np.ndarray:
    """``image`` uint8 ``[h, w, c]`` (c: 1, 3, or 4 with alpha, over white) as large as overlays: float32 ``[h, w]``."""
    picture = sized(image, largest)
    if picture.mode == "RGBA":
        white = Image.new("RGBA", picture.size, "#ffffff")
        picture = Image.alpha_composite(white, picture)
    return np.asarray(picture.convert("L"), np.float32)


def sized(image: np.ndarray, largest: int = _SHRUNK) -> Image.Image:
    """``image`` uint8 ``[h, w, c]`` as a picture as large as all overlays over images of its size."""
    picture = _picture(image)
    longer = max(picture.size)
    if longer < _SMALL:
        factor = _ENLARGED // longer
        return picture.resize((picture.width * factor, picture.height * factor), Image.Resampling.NEAREST)
    return _shrunk(picture, largest)


def as_shown(image: np.ndarray) -> np.ndarray:
    """``image`` uint8 ``[h, w, c]`` as it stands beside overlays: a small one as it is, since a page draws its pixels
    as squares; a large one shrunk."""
    if max(image.shape[:2]) < _SMALL:
        return image
    pixels = np.asarray(_shrunk(_picture(image)))
    return pixels[..., None] if pixels.ndim == 2 else pixels


def _picture(image: np.ndarray) -> Image.Image:
    return Image.fromarray(np.ascontiguousarray(image[..., 0] if image.shape[2] == 1 else image))


def _shrunk(picture: Image.Image, largest: int = _SHRUNK) -> Image.Image:
    longer = max(picture.size)
    if longer <= largest:
        return picture
    width, height = (max(round(side * largest / longer), 1) for side in picture.size)
    return picture.resize((width, height), Image.Resampling.LANCZOS)
