"""The resize rules, on Pillow images: antialiased bilinear, the filter that torchvision's recipes use."""

from __future__ import annotations

from typing import Literal

from PIL import Image

Resize = Literal["stretch", "fit", "crop"]
_FILTER = Image.Resampling.BILINEAR  # Pillow widens it when it shrinks an image, which is the antialiasing


def resize(image: Image.Image, height: int, width: int, rule: Resize) -> Image.Image:
    """``image`` brought to ``height`` × ``width``.

    ``stretch`` changes the aspect ratio; ``fit`` keeps it and fills the rest with zeros (black, and transparent
    where there is transparency); ``crop`` keeps it and cuts off, evenly on both sides, what stands out.
    """
    if image.size == (width, height):
        return image
    if rule == "crop":
        return image.resize((width, height), _FILTER, box=_centre(image, height, width))
    if rule == "fit":
        return _letterbox(image, height, width)
    return image.resize((width, height), _FILTER)


def _centre(image: Image.Image, height: int, width: int) -> tuple[float, float, float, float]:
    """The largest centred box of the wanted aspect ratio: left, top, right, bottom."""
    scale = min(image.width / width, image.height / height)
    left, top = (image.width - width * scale) / 2, (image.height - height * scale) / 2
    return (
        max(left, 0.0),
        max(top, 0.0),
        min(left + width * scale, image.width),
        min(top + height * scale, image.height),
    )


def _letterbox(image: Image.Image, height: int, width: int) -> Image.Image:
    scale = min(width / image.width, height / image.height)
    inner = (min(max(round(image.width * scale), 1), width), min(max(round(image.height * scale), 1), height))
    whole = Image.new(image.mode, (width, height))
    whole.paste(image.resize(inner, _FILTER), ((width - inner[0]) // 2, (height - inner[1]) // 2))
    return whole
