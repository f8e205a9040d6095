"""Images as data addresses inside the page: PNG for small ones, JPEG for photographs, none wider than needed."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass

import numpy as np
from PIL import Image

from trasluz.draw.provenance import Kind, Origin, chunks, xmp

_LARGEST = 192
_LOSSLESS = 64


@dataclass(frozen=True)
class Made:
    """What an image that a network made says of itself."""

    kind: Kind
    origin: Origin


def data_address(image: np.ndarray, made: Made | None = None) -> str:
    """``image``: uint8 ``[h, w, c]`` with 1, 3 or 4 channels (or ``[h, w]``), shrunk to 192 pixels where larger.

    ``made``: for an image that a network made; the picture says so wherever it is copied to.
    """
    picture = Image.fromarray(image[..., 0] if image.ndim == 3 and image.shape[2] == 1 else image)
    if max(picture.size) > _LARGEST:
        picture.thumbnail((_LARGEST, _LARGEST), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    if max(picture.size) <= _LOSSLESS or picture.mode == "RGBA":
        picture.save(buffer, "PNG", optimize=True, pnginfo=chunks(made.kind, made.origin) if made else None)
        kind = "png"
    else:
        more = {"xmp": xmp(made.kind).encode()} if made else {}
        picture.save(buffer, "JPEG", quality=85, optimize=True, **more)
        kind = "jpeg"
    return f"data:image/{kind};base64,{base64.b64encode(buffer.getvalue()).decode()}"
