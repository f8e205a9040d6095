"""Grey of more than 8 bits: which of its numbers stand for black and white, and how they are kept.

Cameras and microscopes write 10, 12 or 14 bits into files of 16.  Such images are kept as the 16-bit numbers that the
files hold, so that nothing is lost and the range, which only the brightest of all images tells, need not be known
before they are decoded.  Images of 8 bits always count from 0 to 255, whatever range was asked for.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image

from trasluz.data.read.resize import Resize, resize
from trasluz.recipe import DataSection

Range = tuple[float, float]
BYTES: Range = (0.0, 255.0)
FULL: Range = (0.0, 65535.0)
DEPTHS = (8, 10, 12, 14, 16)  # bits that cameras have
_PIECE = 16 << 20  # numbers that are counted or moved at once


@dataclass(frozen=True)
class Depth:
    """What was found of images deeper than 8 bits: how many of ``total`` there are, the brightest number and its file,
    and the number below which 99.9 % of what is stored of them lie."""

    images: int
    total: int
    brightest: float
    file: str
    usual: float


def given_range(section: DataSection) -> Range | None:
    """The numbers that the recipe gives for black and white; ``None`` where they are to be found."""
    if not isinstance(section.range, str):
        return section.range
    words = section.range.split()
    return (0.0, 2.0 ** int(words[0]) - 1) if words[-1] == "bits" else None


def choose_range(section: DataSection, brightest: float, counts: np.ndarray | None) -> Range:
    """The range of whole numbers up to ``brightest``, which is at most 65,535.

    ``counts``: how often each number is stored, int64 ``[65536]``; only percentiles ask for it.
    """
    given = given_range(section)
    if given is not None:
        return given
    if section.range == "full":
        return FULL
    if section.range == "auto":
        return 0.0, float(2 ** min(bits for bits in DEPTHS if brightest < 2**bits) - 1)
    if counts is None:
        raise ValueError("percentiles need counts")
    low, high = (_percentile(counts, share) for share in percentiles(section))
    return float(low), float(max(high, low + 1))


def percentiles(section: DataSection) -> tuple[float, float]:
    """The two shares of ``"percentiles 1 99"``, in hundredths."""
    _word, low, high = str(section.range).split()
    return float(low), float(high)


def wants_percentiles(section: DataSection) -> bool:
    """Whether the range is to be found from all numbers."""
    return isinstance(section.range, str) and section.range.startswith("percentiles")


def _percentile(counts: np.ndarray, share: float) -> int:
    """The least number that at least ``share`` % of all do not exceed: the inverted distribution function
    (Hyndman and Fan 1996, definition 1)."""
    below = np.cumsum(counts)
    return int(np.searchsorted(below, max(share / 100 * below[-1], 1)))


def count_numbers(samples: np.ndarray) -> np.ndarray:
    """How often each 16-bit number occurs, int64 ``[65536]``."""
    counts = np.zeros(1 << 16, np.int64)
    flat = samples.reshape(-1)
    for start in range(0, len(flat), _PIECE):
        counts += np.bincount(flat[start : start + _PIECE], minlength=1 << 16)
    return counts


def usual_brightest(counts: np.ndarray) -> int:
    """The number below or at which 99.9 % lie."""
    return _percentile(counts, 99.9)


def rescaled(samples: np.ndarray, before: Range, after: Range) -> np.ndarray:
    """``samples``, cut to the range ``before``, so that this becomes the range ``after``.

    The same array where nothing changes.  Between whole ranges of 256 numbers or more whole numbers come out (uint8 or
    uint16), otherwise float32, which floats become in any case.
    """
    low, high = before
    if before == after:
        if (samples.dtype == np.uint8 and before == BYTES) or (samples.dtype == np.uint16 and before == FULL):
            return samples
        outside = samples.size and (samples.min() < low or samples.max() > high)
        return np.clip(samples, *_in_kind(samples.dtype, before)) if outside else samples
    scaled = (np.clip(samples.astype(np.float32), low, high) - low) * ((after[1] - after[0]) / (high - low)) + after[0]
    kind = None if samples.dtype.kind == "f" else _kind_for(after)
    found: np.ndarray = scaled.astype(np.float32) if kind is None else np.rint(scaled).astype(kind)
    return found


def _in_kind(kind: np.dtype, limits: Range) -> tuple[float | int, float | int]:
    """The least and greatest number of that type within ``limits``."""
    if kind.kind == "f":
        return limits
    info = np.iinfo(kind)
    return max(int(np.ceil(limits[0])), info.min), min(int(np.floor(limits[1])), info.max)


def _kind_for(limits: Range) -> type[np.unsignedinteger] | None:
    low, high = limits
    if low < 0 or high > 65535 or high - low < 255:
        return None
    return np.uint8 if limits == BYTES else np.uint16


def native_pixels(
    image: Image.Image, size: tuple[int, int], channels: int, rule: Resize, window: Range | None
) -> tuple[np.ndarray, int] | None:
    """Whole numbers of 16 bits as they are, uint16 ``[height, width, channels]``, and the greatest before resizing.

    ``None`` where they do not fit: floats, numbers outside of 16 bits, or a ``window`` outside of them.
    """
    if image.mode == "F" or (window is not None and not 0 <= window[0] < window[1] <= FULL[1]):
        return None
    values = np.asarray(image)
    peak = int(values.max())
    if values.min() < 0 or peak > FULL[1]:
        return None
    if image.size != size[::-1]:  # in floats, because Pillow's own 16-bit resizing rounds in between
        values = np.rint(np.asarray(resize(Image.fromarray(values.astype(np.float32)), *size, rule)))
    grey = values.astype(np.uint16)[..., None]
    if channels == 4:
        return np.concatenate([grey, grey, grey, np.full_like(grey, FULL[1])], axis=2), peak
    return np.repeat(grey, channels, axis=2), peak


def levels(values: np.ndarray, window: Range) -> np.ndarray:
    """Any numbers as 256 levels of ``window``, uint8; what lies outside is cut to it.

    Raises:
        ValueError: some number is none.
    """
    if not np.isfinite(values).all():
        raise ValueError("not finite")
    low, high = window
    scaled = (values.astype(np.float64) - low) * (255 / (high - low))
    found: np.ndarray = np.rint(scaled.clip(0, 255)).astype(np.uint8)
    return found
