"""A heat map over its image: the image in grey, the map in colour where it is high and transparent where it is low."""

from __future__ import annotations

import numpy as np
from PIL import Image

from trasluz.draw.amounts import around_zero, rising

_SIDE = 112  # pixels of the longer side, about
_SOLID = 0.85  # of the colour where the map is highest, so that the image is seen everywhere


def overlay(image: np.ndarray, amounts: np.ndarray, high: float, *, smooth: bool = True) -> np.ndarray:
    """uint8 ``[height, width, 3]`` of ``image`` (uint8 ``[h, w, c]``) under ``amounts`` (float ``[h', w']``, from 0).

    ``high`` is the amount of the brightest colour.  ``smooth`` enlarges the map bilinearly; otherwise its own grid is
    seen.  Small images are enlarged by a whole factor, large ones shrunk.
    """
    base = grey(image)
    values = _enlarged(np.maximum(np.nan_to_num(amounts), 0), base, smooth)
    return _mixed(base, rising(values, high), values, high)


def signed_overlay(image: np.ndarray, amounts: np.ndarray, reach: float, *, smooth: bool = True) -> np.ndarray:
    """``overlay`` of amounts of either sign: red above zero, blue below, and clear at zero.

    ``reach`` is the amount, of either sign, of the strongest colours.
    """
    base = grey(image)
    values = _enlarged(np.nan_to_num(amounts), base, smooth)
    return _mixed(base, around_zero(values, reach), values, reach)


def _enlarged(amounts: np.ndarray, base: np.ndarray, smooth: bool) -> np.ndarray:
    """``amounts`` float32 of the size of ``base``."""
    height, width = base.shape
    how = Image.Resampling.BILINEAR if smooth else Image.Resampling.NEAREST
    return np.asarray(Image.fromarray(amounts.astype(np.float32)).resize((width, height), how))


def _mixed(base: np.ndarray, colours: np.ndarray, values: np.ndarray, solid: float) -> np.ndarray:
    """Colours over a base in grey, the more solid the larger the value; uint8 ``[height, width, 3]``."""
    share = np.clip(np.abs(values) / solid, 0, 1) if solid > 0 else np.zeros_like(values)
    cover = (_SOLID * share)[..., None]
    pixels: np.ndarray = (base[..., None] * (1 - cover) + colours * cover).round().astype(np.uint8)
    return pixels


def grey(image: np.ndarray) -> np.ndarray:
    """``image`` uint8 ``[h, w, c]`` (c: 1, 3, or 4 with alpha, over white) as large as overlays: float32 ``[h, w]``."""
    picture = sized(image)
    if picture.mode == "RGBA":
        white = Image.new("RGBA", picture.size, "#ffffff")
        picture = Image.alpha_composite(white, picture)
    return np.asarray(picture.convert("L"), np.float32)


def sized(image: np.ndarray) -> Image.Image:
    """``image`` uint8 ``[h, w, c]`` as a picture whose longer side is near that of all overlays."""
    picture = Image.fromarray(np.ascontiguousarray(image[..., 0] if image.shape[2] == 1 else image))
    longer = max(picture.size)
    if longer <= _SIDE:
        factor = _SIDE // longer
        return picture.resize((picture.width * factor, picture.height * factor), Image.Resampling.NEAREST)
    shrunk = [max(round(side * _SIDE / longer), 1) for side in picture.size]
    return picture.resize((shrunk[0], shrunk[1]), Image.Resampling.LANCZOS)
