"""Decoding: one image file to uint8 ``[h, w, c]``, whatever its mode, orientation and depth.

Only known formats are opened, up to a pixel limit.  1-bit and palette images are expanded, 16-bit ones divided by
257, CMYK converted, EXIF orientation applied, the first frame of an animation taken, and transparency laid over
white unless four channels are asked for.
"""

from __future__ import annotations

import io
import struct
import zlib
from dataclasses import dataclass
from typing import Literal

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from trasluz.messages import _

FORMATS = ("PNG", "JPEG", "GIF", "BMP", "DIB", "WEBP", "TIFF", "PPM", "MPO")
PIXEL_LIMIT = 89_478_485  # Pillow's own limit, at which it starts to warn: about 9,460 × 9,460
_GREY = frozenset({"1", "L", "LA", "I", "F", "I;16", "I;16B", "I;16L", "I;16N", "La"})
_BOMB = (Image.DecompressionBombError, Image.DecompressionBombWarning)  # a warning where warnings are errors
_DAMAGE = (*_BOMB, OSError, SyntaxError, ValueError, EOFError, struct.error, zlib.error)

Resize = Literal["stretch", "fit", "crop"]


@dataclass(frozen=True)
class Header:
    """Size as it will be seen (after EXIF rotation), and whether there is colour."""

    height: int
    width: int
    grey: bool


class Unreadable(Exception):
    """A file that is no image we can read; the message is the reason."""


def read_header(content: bytes) -> Header:
    """Size and colour of an image file without decoding its pixels.

    Raises:
        Unreadable: not a known format, empty, damaged, or more pixels than the limit.
    """
    with _open(content) as image:
        width, height = image.size
        turned = image.format in ("JPEG", "TIFF", "MPO", "WEBP", "PNG") and _orientation(image) in (5, 6, 7, 8)
        if turned:
            width, height = height, width
        return Header(height, width, image.mode in _GREY)


def decode(content: bytes, channels: int, size: tuple[int, int] | None, resize: Resize) -> np.ndarray:
    """Pixels ``[h, w, channels]``; ``size`` is (height, width), ``None`` keeps the image's own.

    Raises:
        Unreadable: not a known format, empty, truncated, or more pixels than the limit.
    """
    try:
        with _open(content) as opened:
            image = _channels(_eight_bits(ImageOps.exif_transpose(opened)), channels)
            if size is not None and image.size != (size[1], size[0]):
                image = _resize(image, size, resize)
            pixels = np.asarray(image)
    except _DAMAGE as error:
        raise Unreadable(_reason(error)) from None
    return pixels[..., None] if pixels.ndim == 2 else pixels


def _open(content: bytes) -> Image.Image:
    if not content:
        raise Unreadable(_("the file is empty"))
    try:
        image = Image.open(io.BytesIO(content), formats=FORMATS)
    except _DAMAGE as error:
        raise Unreadable(_reason(error)) from None
    if image.width * image.height > PIXEL_LIMIT:
        raise Unreadable(_too_large(image.width, image.height))
    return image


def _too_large(width: int, height: int) -> str:
    return _("{width}×{height} pixels are more than the limit of {limit}").format(
        width=width, height=height, limit=PIXEL_LIMIT
    )


def _reason(error: Exception) -> str:
    if isinstance(error, UnidentifiedImageError):
        return _("not an image of a known format")
    if isinstance(error, _BOMB):
        return _("more pixels than the limit of {limit}").format(limit=PIXEL_LIMIT)
    text = str(error)
    return (
        _("truncated")
        if "truncated" in text.lower()
        else _("damaged ({reason})").format(reason=text or type(error).__name__)
    )


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(0x0112, 1))
    except _DAMAGE:
        return 1


def _eight_bits(image: Image.Image) -> Image.Image:
    """A 16-bit, 32-bit or floating image as 8 bits per channel; others as they are."""
    if not (image.mode.startswith("I") or image.mode == "F"):
        return image
    values = np.asarray(image).astype(np.float64)
    top = float(values.max(initial=0.0))
    if values.min(initial=0.0) < 0 or not np.isfinite(values).all() or top > 65535:
        raise ValueError(_("its values are not in 0–65535"))
    if image.mode == "F":
        scale = 255.0 if top <= 1 else 1.0 if top <= 255 else 1 / 257
    else:
        scale = 1 / 257
    return Image.fromarray(np.rint(values * scale).astype(np.uint8))


def _channels(image: Image.Image, channels: int) -> Image.Image:
    """1 (grey), 3 (RGB) or 4 (RGBA) channels."""
    if channels == 4:
        return image.convert("RGBA")
    clear = image.mode in ("LA", "RGBA", "PA", "La", "RGBa") or "transparency" in image.info
    if clear:
        over = image.convert("RGBA")
        image = Image.new("RGBA", over.size, "white")
        image.alpha_composite(over)
    if image.mode not in ("L", "RGB"):
        image = image.convert("L" if image.mode in _GREY else "RGB")
    return image.convert("L" if channels == 1 else "RGB")


def _resize(image: Image.Image, size: tuple[int, int], rule: Resize) -> Image.Image:
    """Stretch ignores the aspect ratio; fit adds black bars; crop takes the middle. Antialiased bilinear."""
    height, width = size
    method = Image.Resampling.BILINEAR
    if rule == "stretch":
        return image.resize((width, height), method)
    if rule == "crop":
        return ImageOps.fit(image, (width, height), method)
    return ImageOps.pad(image, (width, height), method, color=0)
