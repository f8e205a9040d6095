"""Images as data addresses inside the page, none wider than needed."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass

import numpy as np
from PIL import Image

from trasluz.draw.packing import packed
from trasluz.draw.provenance import Kind, Origin, chunks, xmp

LARGEST = 192  # pixels of the longer side


@dataclass(frozen=True)
class Made:
    """What an image that a network made says of itself."""

    kind: Kind
    origin: Origin


def data_address(image: np.ndarray, made: Made | None = None, largest: int = LARGEST) -> str:
    """``image``: uint8 ``[h, w, c]`` with 1, 3 or 4 channels (or ``[h, w]``), shrunk to ``largest`` pixels on a side.

    ``made``: for an image that a network made; the picture says so wherever it is copied to.
    """
    picture = Image.fromarray(image[..., 0] if image.ndim == 3 and image.shape[2] == 1 else image)
    if max(picture.size) > largest:
        picture.thumbnail((largest, largest), Image.Resampling.LANCZOS)
    return packed(picture, chunks(made.kind, made.origin), xmp(made.kind)) if made else packed(picture)


def size_of(address: str) -> tuple[int, int]:
    """Width and height in pixels of the picture that a data address holds."""
    with Image.open(io.BytesIO(base64.b64decode(address.split(",", 1)[1]))) as picture:
        return picture.size
