"""Packing: a picture as the data address that a page holds: PNG where every pixel counts, WebP for larger ones.

WebP because pictures that were enlarged in squares (heat maps over small images) take a third of what JPEG takes.
"""

from __future__ import annotations

import base64
import io

from PIL import Image
from PIL.PngImagePlugin import PngInfo

_LOSSLESS = 64  # pixels of the longer side


def packed(picture: Image.Image, info: PngInfo | None = None, xmp: str = "") -> str:
    """The address of ``picture``, exact up to 64 pixels and with alpha; ``info`` or ``xmp`` travel with it, whichever
    its format has room for."""
    buffer = io.BytesIO()
    if max(picture.size) <= _LOSSLESS or picture.mode == "RGBA":
        picture.save(buffer, "PNG", optimize=True, pnginfo=info)
        kind = "png"
    else:
        picture.save(buffer, "WEBP", quality=85, method=2, xmp=xmp.encode())
        kind = "webp"
    return f"data:image/{kind};base64,{base64.b64encode(buffer.getvalue()).decode()}"
