"""Colour of 16 bits in PNG and TIFF: Pillow has no such mode and gives the upper byte of each number.

Told that the bytes stand the other way round, it gives the lower ones, so that two readings are the whole.  What is
packed otherwise stays at 8 bits, which the audit says.  How the numbers count is ``deep.py``'s business, as for grey.
"""

from __future__ import annotations

import io
import re
import sys

import numpy as np
from PIL import Image

from trasluz.data.read.deep import FULL, Range
from trasluz.data.read.resize import Resize, resize

_PNG = b"\x89PNG\r\n\x1a\n"
_DEPTH, _KIND = 24, 25  # where a PNG says its bits and what they are
_COLOURED = (2, 4, 6)  # colour, grey with transparency, colour with transparency
_PPM = re.compile(rb"P[36]\s+(?:#[^\n]*\n\s*)*\d+\s+(?:#[^\n]*\n\s*)*\d+\s+(?:#[^\n]*\n\s*)*(\d+)\s")
_BITS = 258  # TIFF's tag of the bits per sample
_GREY = "LA;16B"  # grey with transparency, four bytes to a pixel, as 8-bit RGBA has
_NATIVE = "B" if sys.byteorder == "little" else "L"
_OTHER_BYTE = {
    **{f"{mode};16{order}": f"{mode};16{other}" for mode in ("RGB", "RGBA") for order, other in ("BL", "LB")},
    **{f"{mode};16N": f"{mode};16{_NATIVE}" for mode in ("RGB", "RGBA")},
    _GREY: "RGBA",
}  # raw modes of Pillow, each with the one that takes the other bytes
_LUMA = np.array([0.299, 0.587, 0.114])  # ITU-R BT.601, as Pillow's


def may_have_deep_colour(content: bytes) -> bool:
    """Whether a file begins like those of formats that can, so that it is worth opening it to see."""
    if content[:8] == _PNG:
        return content[_DEPTH : _DEPTH + 1] == b"\x10"
    return content[:4] in (b"II*\0", b"MM\0*") or _PPM.match(content[:4096]) is not None


def has_deep_colour(content: bytes, image: Image.Image) -> bool:
    """Whether ``content``, opened as ``image``, holds more than 8 bits of what Pillow gives as 8-bit colour."""
    if image.mode not in ("RGB", "RGBA", "LA"):
        return False
    if image.format == "PNG":
        return content[:8] == _PNG and content[_DEPTH] == 16 and content[_KIND] in _COLOURED
    if image.format == "TIFF":
        bits = getattr(image, "tag_v2", {}).get(_BITS, ())
        return any(number > 8 for number in (bits if isinstance(bits, tuple) else (bits,)))
    found = _PPM.match(content[:4096]) if image.format == "PPM" else None
    return found is not None and int(found[1]) > 255


def whole_colour(
    content: bytes,
    image: Image.Image,
    turned: int,
    size: tuple[int, int],
    channels: int,
    rule: Resize,
    window: Range | None,
) -> tuple[np.ndarray, int] | None:
    """The 16-bit numbers of a file as they are, uint16 ``[height, width, channels]``, upright, and the greatest before
    resizing; ``None`` where they cannot be had.

    ``image`` is loaded, and not turned as EXIF's ``turned`` asks.  What is partly transparent counts up to 65,535, as
    transparency does, and stands on white unless there are four ``channels``.
    """
    outside = window is not None and not 0 <= window[0] < window[1] <= FULL[1]
    if image.format not in ("PNG", "TIFF") or "transparency" in image.info or outside:
        return None
    values = _whole(content, image)
    if values is None:
        return None
    values = _upright(values, turned)
    colour, alpha = values[..., :-1] if values.shape[2] in (2, 4) else values, None
    if values.shape[2] in (2, 4) and values[..., -1].min() < FULL[1]:
        alpha = values[..., -1:]
    colour = np.repeat(colour, 3, axis=2) if colour.shape[2] == 1 else colour
    peak = int(colour.max()) if alpha is None else int(FULL[1])
    if channels == 4:
        whole = np.full_like(colour[..., :1], FULL[1]) if alpha is None else alpha
        colour = np.concatenate([colour, whole], axis=2)
    elif alpha is not None:
        share = alpha / FULL[1]
        colour = np.rint(colour * share + FULL[1] * (1 - share)).astype(np.uint16)
    if channels == 1:
        colour = np.rint(colour @ _LUMA)[..., None].astype(np.uint16)
    return _resized(colour, size, rule), peak


def _whole(content: bytes, image: Image.Image) -> np.ndarray | None:
    """Uint16 ``[height, width, c]`` of ``content``, of which ``image`` is loaded; ``None`` where they cannot be had."""
    with Image.open(io.BytesIO(content), formats=(str(image.format),)) as other:
        tiles = getattr(other, "tile", [])
        asked = {tile.args if isinstance(tile.args, str) else tile.args[0] for tile in tiles}
        (mode,) = asked if len(asked) == 1 else ("",)
        wanted = _OTHER_BYTE.get(mode)
        if wanted is None:
            return None
        # Public to whoever writes a plugin: what a decoder is told of each part of the file.
        other.tile = [
            tile._replace(args=wanted if isinstance(tile.args, str) else (wanted, *tile.args[1:])) for tile in tiles
        ]
        low = np.asarray(other).astype(np.uint16)
    if mode == _GREY:
        return np.stack([low[..., 0] << 8 | low[..., 1], low[..., 2] << 8 | low[..., 3]], axis=2)
    found: np.ndarray = np.asarray(image).astype(np.uint16) << 8 | low
    return found


def _upright(values: np.ndarray, turned: int) -> np.ndarray:
    """What EXIF's ``turned`` (1 to 8) asks for, as ``ImageOps.exif_transpose`` does."""
    if turned in (5, 6, 7, 8):
        values = values.swapaxes(0, 1)
    if turned in (2, 3, 6, 7):
        values = values[:, ::-1]
    return values[::-1] if turned in (3, 4, 7, 8) else values


def _resized(values: np.ndarray, size: tuple[int, int], rule: Resize) -> np.ndarray:
    if values.shape[:2] == size:
        return np.ascontiguousarray(values)
    planes = (Image.fromarray(values[..., c].astype(np.float32)) for c in range(values.shape[2]))
    done = [np.rint(np.asarray(resize(plane, *size, rule))) for plane in planes]
    return np.stack(done, axis=2).clip(0, FULL[1]).astype(np.uint16)
