"""One image file to pixels: uint8 ``[height, width, channels]``, or a reason why not.

Grey stays grey; palettes become colours; CMYK, YCbCr and the like become RGB; the first frame of an animation
counts; EXIF orientation is applied.  16-bit grey stays as it is, uint16, where the plan asks for that; otherwise it is
divided by 257, so that 65,535 becomes 255 (of 16-bit colour Pillow keeps the high byte).  Where fewer than four
channels are asked for, transparency is laid on white.  A JPEG that is shrunk at least fourfold is decoded at a fraction
of its size, never below twice the wanted size.
"""

from __future__ import annotations

import io
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from trasluz.data.read.deep import FULL, Range, levels, native_pixels
from trasluz.data.read.deep_colour import has_deep_colour, may_have_deep_colour, whole_colour
from trasluz.data.read.formats import is_heif
from trasluz.data.read.heif import WITHOUT, formats_of, installed
from trasluz.data.read.resize import Resize, resize
from trasluz.messages import N_
from trasluz.reading import open_regular, read_regular, reason_of

PIXEL_LIMIT = 89_478_485  # Pillow's own limit against decompression bombs
BYTE_LIMIT = 512 << 20  # of one file

EMPTY = N_("the file is empty")
UNKNOWN = N_("not an image, or of a format that is not read")
DAMAGED = N_("cut short or damaged")
TOO_MANY_PIXELS = N_("more than 89 million pixels")
TOO_LARGE = N_("larger than 512 MiB")
TOO_DEEP = N_("numbers outside of 16 bits; say from which to which they count with data.range")

_HEAD = 16  # bytes that tell a format
_LARGE = 1 << 24  # pixels from which an image's colours are changed part by part, and one image at a time
_ROWS = 1 << 21  # pixels of such a part
_one_at_a_time = threading.Lock()  # of large images: each takes a few hundred MB while it is decoded

_GREY = frozenset({"1", "L", "LA", "La", "I", "F", "I;16", "I;16L", "I;16B", "I;16N"})
_DEEP = frozenset({"I", "F", "I;16", "I;16L", "I;16B", "I;16N"})
_ORIENTATION, _TURNED = 0x0112, (5, 6, 7, 8)
_MODES = {1: "L", 3: "RGB", 4: "RGBA"}


class UnreadableImageError(Exception):
    """A file that cannot be decoded; its text is the reason, in English, ready for ``_()``."""


Content = Path | bytes | UnreadableImageError  # where a file's bytes are, the bytes, or why they cannot be had


@dataclass(frozen=True)
class Header:
    """What is known without decoding: the size, upright, and whether there is no colour."""

    height: int
    width: int
    grey: bool


@dataclass(frozen=True)
class Plan:
    """What every image is brought to.

    ``deep``: whether 16-bit grey, and 16-bit colour of PNG and TIFF, keep their numbers.  ``window``: the numbers that
    stand for black and white in what is deeper than 8 bits, where they were given; floats, and what does not fit into
    16 bits, become 256 levels of it.
    """

    height: int
    width: int
    channels: int
    resize: Resize = "stretch"
    deep: bool = False
    window: Range | None = None

    @property
    def shape(self) -> tuple[int, int, int]:
        """Of one image: height, width, channels."""
        return self.height, self.width, self.channels


@contextmanager
def quiet_pillow() -> Iterator[None]:
    """Turns Pillow's warning of too many pixels into its error, and drops its remarks about odd files.

    Filters are the process's own, so this goes around the threads that decode, not into them.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module=r"PIL\.")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        yield


def read_bytes(content: Content) -> bytes:
    """The bytes of a file.

    Raises:
        UnreadableImageError: it is not there, may not be read, is no regular file, is empty or too large.
    """
    if isinstance(content, UnreadableImageError):
        raise content
    try:
        read = read_regular(content, BYTE_LIMIT) if isinstance(content, Path) else content
    except OSError as error:
        raise UnreadableImageError(reason_of(error)) from None
    if read is None:
        raise UnreadableImageError(TOO_LARGE)
    if not read:
        raise UnreadableImageError(EMPTY)
    return read


def read_header(content: Content) -> Header:
    """Size and colour of an image, without decoding its pixels.

    Raises:
        UnreadableImageError: with the reason.
    """
    if isinstance(content, UnreadableImageError):
        raise content
    with _reasons(), _opened(content) as source, Image.open(source, formats=_formats(source)) as image:
        _check_pixels(image)
        height, width = image.height, image.width
        if _orientation(image) in _TURNED:
            height, width = width, height
        return Header(height, width, image.mode in _GREY or (image.mode == "P" and _grey_palette(image)))


def _formats(source: BinaryIO) -> tuple[str, ...]:
    head = source.read(_HEAD)
    source.seek(0)
    return formats_of(head)


def _opened(content: Path | bytes) -> BinaryIO:
    try:
        return io.BytesIO(content) if isinstance(content, bytes) else open_regular(content)
    except OSError as error:
        raise UnreadableImageError(reason_of(error)) from None


class Pixels(NamedTuple):
    """``pixels`` of the plan's shape, uint8 or uint16; the file's own height and width; and the greatest number in an
    image whose range the plan leaves open or gives, before resizing: ``None`` for 8 bits."""

    pixels: np.ndarray
    size: tuple[int, int]
    peak: float | None = None


def decode(content: bytes, plan: Plan) -> Pixels:
    """What the file ``content`` holds, as the plan asks.

    Raises:
        UnreadableImageError: with the reason.
    """
    head = content[:_HEAD]
    with _reasons(head), Image.open(io.BytesIO(content), formats=formats_of(head)) as image:
        _check_pixels(image)
        size = image.size
        if image.format == "JPEG":
            side = 2 * max(plan.height, plan.width)
            image.draft(None, (side, side))
        with _one_at_a_time if image.width * image.height > _LARGE else nullcontext():
            image.load()
            turned = _orientation(image)  # of a PNG only known now: the chunk may follow the pixels
            where = (plan.height, plan.width), plan.channels, plan.resize, plan.window
            deep = plan.deep and has_deep_colour(content, image)
            whole = whole_colour(content, image, turned, *where) if deep else None
            pixels, peak = whole or _pixels(ImageOps.exif_transpose(image) if turned > 1 else image, plan)
    own = size if turned in _TURNED else (size[1], size[0])
    return Pixels(pixels.reshape(plan.shape), own, peak)


def is_coarse(content: bytes, pixels: np.ndarray) -> bool:
    """Whether ``pixels``, bytes, are what was read of a file whose colour has more bits."""
    if pixels.dtype != np.uint8 or not may_have_deep_colour(content):
        return False
    with _reasons(content[:_HEAD]), Image.open(io.BytesIO(content), formats=formats_of(content[:_HEAD])) as image:
        return has_deep_colour(content, image)


def _pixels(image: Image.Image, plan: Plan) -> tuple[np.ndarray, float | None]:
    peak = None
    if plan.deep and image.mode in _DEEP:
        native = native_pixels(image, (plan.height, plan.width), plan.channels, plan.resize, plan.window)
        if native is not None:
            return native
        peak = float(np.asarray(image).max()) if plan.window is not None else None
    return np.asarray(resize(_recoloured(image, plan), plan.height, plan.width, plan.resize)), peak


def _recoloured(image: Image.Image, plan: Plan) -> Image.Image:
    """``to_channels``; of a large image in parts, because what lies between takes several times its memory."""
    if image.width * image.height <= _LARGE:
        return to_channels(image, plan.channels, plan.window)
    whole = Image.new(_MODES[plan.channels], image.size)
    step = max(_ROWS // image.width, 1)
    for top in range(0, image.height, step):
        part = image.crop((0, top, image.width, min(top + step, image.height)))
        whole.paste(to_channels(part, plan.channels, plan.window), (0, top))
    return whole


def to_channels(image: Image.Image, channels: int, window: Range | None = None) -> Image.Image:
    """``image`` as 8-bit grey (1), RGB (3) or RGBA (4); deeper grey as levels of ``window``, or of all of its type."""
    wanted = _MODES[channels]
    if image.mode == wanted and "transparency" not in image.info:
        return image
    if image.mode in _DEEP:
        image = _shallow(image, window)
    if image.mode in ("La", "RGBa", "PA") or image.has_transparency_data:
        image = image.convert("LA" if image.mode == "La" else "RGBA").convert("RGBA")
        return image if channels == 4 else _on_white(image).convert(wanted)
    if image.mode not in ("1", "L", "RGB"):
        image = image.convert("RGB")  # not every mode knows a direct way to grey
    return image.convert(wanted)


def _on_white(image: Image.Image) -> Image.Image:
    white = Image.new("RGBA", image.size, (255, 255, 255, 255))
    return Image.alpha_composite(white, image).convert("RGB")


def _shallow(image: Image.Image, window: Range | None) -> Image.Image:
    """Grey of more than 8 bits to levels of ``window``; without one of 16 bits, or of floats in [0, 1]."""
    values = np.asarray(image)
    whole = (0.0, 1.0) if image.mode == "F" else FULL
    inside = window is not None or (values.min() >= whole[0] and values.max() <= whole[1])
    if not (inside and np.isfinite(values).all()):
        raise UnreadableImageError(TOO_DEEP)
    return Image.fromarray(levels(values, window or whole))


def _orientation(image: Image.Image) -> int:
    """EXIF's number 1 to 8 of what is still to be turned; 1 is upright."""
    if image.format == "TIFF":
        return 1  # Pillow's TIFF reader gives the upright size at once and turns the pixels itself
    if image.format == "PNG" and "exif" not in image.info:
        return 1  # asking Pillow would decode the pixels first, which a header must not
    turned = image.getexif().get(_ORIENTATION, 1)
    return turned if turned in range(1, 9) else 1


def _grey_palette(image: Image.Image) -> bool:
    palette = np.asarray(image.getpalette() or [0, 0, 1]).reshape(-1, 3)
    return bool((palette == palette[:, :1]).all())


def _check_pixels(image: Image.Image) -> None:
    if image.width * image.height > PIXEL_LIMIT:
        raise UnreadableImageError(TOO_MANY_PIXELS)


@contextmanager
def _reasons(head: bytes = b"") -> Iterator[None]:
    """Turns whatever a decoder raises into a reason; ``head`` is how the file begins."""
    try:
        yield
    except UnreadableImageError:
        raise
    except UnidentifiedImageError:
        heif = DAMAGED if installed() else WITHOUT
        raise UnreadableImageError(heif if is_heif(head) else UNKNOWN) from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise UnreadableImageError(TOO_MANY_PIXELS) from None
    except Exception:  # decoders raise anything on hostile files: struct.error, SyntaxError, IndexError, MemoryError…
        raise UnreadableImageError(DAMAGED) from None
