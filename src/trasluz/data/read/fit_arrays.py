"""Brings images that are already arrays to the size and channels that a recipe asks for, by the files' own rules."""

from __future__ import annotations

import numpy as np
from PIL import Image

from trasluz.data.read.resize import Resize, resize
from trasluz.errors import DataError
from trasluz.messages import _
from trasluz.reporting import Reporter

_LUMA = np.array([0.299, 0.587, 0.114])  # ITU-R BT.601, as Pillow's grey
_CHUNK = 256


def fit_arrays(
    samples: np.ndarray,
    value_range: tuple[float, float],
    size: tuple[int, int] | None,
    channels: int | None,
    rule: Resize,
    reporter: Reporter,
) -> np.ndarray:
    """``samples`` ``[n, h, w, c]`` with the wanted size and channels; the same array when it has them already.

    The type stays, except that whole numbers of a narrow range (fewer than 256 levels) become float32 when they
    are resized, because rounding would spoil them.
    """
    height, width = size or samples.shape[1:3]
    depth = channels or samples.shape[3]
    if samples.shape[1:] == (height, width, depth):
        return samples
    resized = samples.shape[1:3] != (height, width)
    narrow = samples.dtype.kind == "u" and value_range[1] - value_range[0] < 255
    kind = np.dtype(np.float32) if resized and narrow else samples.dtype
    fitted = np.empty((len(samples), height, width, depth), kind)
    with reporter.task(_("Resizing"), len(samples), _("images")) as task:
        for start in range(0, len(samples), _CHUNK):
            part = _with_channels(samples[start : start + _CHUNK].astype(np.float32), depth, value_range)
            if resized:
                part = np.stack([_resize(image, height, width, rule, value_range) for image in part])
            fitted[start : start + len(part)] = np.rint(part) if kind.kind == "u" else part
            task.advance(len(part))
    return fitted


def _with_channels(images: np.ndarray, channels: int, value_range: tuple[float, float]) -> np.ndarray:
    """Grey is repeated, colour becomes luma, transparency is laid on white or made of full opacity."""
    low, high = value_range
    have = images.shape[3]
    if have == channels:
        return images
    if have == 4:
        opacity = (images[..., 3:] - low) / (high - low)
        images = images[..., :3] * opacity + high * (1 - opacity)
    if channels == 1:
        return (images @ _LUMA)[..., None].astype(np.float32) if images.shape[3] == 3 else images
    colour = np.repeat(images, 3, axis=3) if images.shape[3] == 1 else images
    return colour if channels == 3 else np.concatenate([colour, np.full_like(colour[..., :1], high)], axis=3)


def _resize(image: np.ndarray, height: int, width: int, rule: Resize, value_range: tuple[float, float]) -> np.ndarray:
    """One float32 image ``[h, w, c]``, channel by channel; ``fit`` fills with the lowest value."""
    low = np.float32(value_range[0])
    planes = [
        np.asarray(resize(Image.fromarray(image[..., c] - low), height, width, rule)) for c in range(image.shape[2])
    ]
    return np.stack(planes, axis=2) + low


def require_images(kind: str, size: object, channels: object, name: str) -> None:
    """Refuses a size or channels for data that are no images.

    Raises:
        DataError: the data are a table or sequences, and the recipe asks for a size or channels.
    """
    if kind != "image" and (size is not None or channels is not None):
        raise DataError(
            _("{source}: these are {kind} data, so data.size and data.channels must be left out.").format(
                source=name, kind=kind
            )
        )
