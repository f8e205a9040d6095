"""IDX, the format of MNIST's files: a magic number, the dimensions, the numbers, all big-endian; plain or gzipped.

Format: http://yann.lecun.com/exdb/mnist/ (LeCun, Cortes & Burges).
"""

from __future__ import annotations

import gzip
import math
import re
import struct
import zlib
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np

from trasluz.data.read.raw import Raw, split_rows
from trasluz.errors import DataError
from trasluz.messages import _
from trasluz.reading import open_regular

_TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
_NAME = re.compile(r"(?P<stem>.*?)(?P<what>images|labels)[.-]idx\d-ubyte(\.gz)?", re.IGNORECASE)
_SPLITS = {"train": "train", "t10k": "test", "test": "test", "valid": "valid", "val": "valid"}
_ORDER = ("train", "valid", "test")
_PIECE = 32 << 20
_MOST_GROWTH, _FREE_GROWTH = 100, 256 << 20


@dataclass(frozen=True)
class IdxPart:
    """The files of one split."""

    split: str
    images: Path
    labels: Path | None


def is_idx(path: Path) -> bool:
    """Whether a file's name is that of an IDX file of images."""
    match = _NAME.fullmatch(path.name)
    return match is not None and match["what"].lower() == "images"


def find_parts(folder: Path) -> list[IdxPart]:
    """The IDX files in ``folder``, in the order train, valid, test; a plain file wins over its gzipped twin."""
    parts: dict[str, IdxPart] = {}
    for images in sorted(path for path in folder.iterdir() if is_idx(path)):
        stem = _stem(images)
        split = next((split for word, split in _SPLITS.items() if word in stem.lower()), "train")
        parts.setdefault(stem, IdxPart(split, images, labels_beside(images)))
    return sorted(parts.values(), key=lambda part: (_ORDER.index(part.split), part.images.name))


def labels_beside(images: Path) -> Path | None:
    """The labels that belong to a file of images."""
    found = [
        path
        for path in sorted(images.parent.iterdir())
        if (match := _NAME.fullmatch(path.name))
        and match["what"].lower() == "labels"
        and match["stem"] == _stem(images)
    ]
    return found[0] if found else None


def _stem(path: Path) -> str:
    match = _NAME.fullmatch(path.name)
    return match["stem"] if match else path.stem


def read_parts(parts: list[IdxPart], name: str, class_names: Mapping[Hashable, str] | None = None) -> Raw:
    """All parts as one array; splits are given when there is more than training data.

    Raises:
        DataError: a file is damaged, is not IDX, or does not fit the others.
    """
    images = [_read_images(part.images) for part in parts]
    labels = [None if part.labels is None else read_idx(part.labels) for part in parts]
    for part, pixels, numbers in zip(parts, images, labels, strict=True):
        if numbers is not None and numbers.shape != (len(pixels),):
            message = _("{path}: has {labels} labels for {images} images; the two files do not belong together.")
            raise DataError(message.format(path=part.labels, labels=numbers.size, images=len(pixels)))
    if len({(pixels.shape[1:], pixels.dtype) for pixels in images}) > 1:
        message = _("{path}: the images of its IDX files differ in size or type; they cannot be one data set.")
        raise DataError(message.format(path=parts[0].images.parent))
    samples = np.concatenate(images) if len(images) > 1 else images[0]
    splits = [part.split for part, pixels in zip(parts, images, strict=True) for _row in range(len(pixels))]
    known = [numbers for numbers in labels if numbers is not None]
    return Raw(
        name=name,
        samples=samples,
        labels=np.concatenate(known).tolist() if len(known) == len(parts) else None,
        splits=split_rows(splits) if set(splits) != {"train"} else {},
        value_range=(0.0, 255.0) if samples.dtype == np.uint8 else None,
        class_names=dict(class_names or {}),
    )


def _read_images(path: Path) -> np.ndarray:
    """``[n, height, width, channels]``."""
    array = read_idx(path)
    if array.ndim == 3:
        array = array[..., None]
    if array.ndim != 4 or array.shape[3] not in (1, 3, 4) or not array.size:
        message = _(
            "{path}: holds an array of shape {shape}; images are [n, height, width], or with 1, 3 or 4 channels."
        )
        raise DataError(message.format(path=path, shape=list(array.shape)))
    return array.astype(np.float32) if array.dtype.kind != "f" and array.dtype != np.uint8 else array


def read_idx(path: Path) -> np.ndarray:
    """The array in an IDX file, in the machine's byte order.

    Raises:
        DataError: it cannot be read, is not IDX, or is cut short.
    """
    try:
        with open_regular(path) as plain:
            if path.suffix.lower() != ".gz":
                return _read(plain, path)
            with gzip.open(plain) as file:
                return _read(file, path)
    except (EOFError, zlib.error, gzip.BadGzipFile, TypeError):  # the last where reading would have to wait
        raise DataError(
            _("{path}: this gzip file is cut short or damaged; fetch it again.").format(path=path)
        ) from None
    except OSError as error:
        raise DataError(
            _("{path}: cannot be read: {reason}.").format(path=path, reason=error.strerror or error)
        ) from None


def _read(file: IO[bytes] | gzip.GzipFile, path: Path) -> np.ndarray:
    magic = file.read(4)
    if len(magic) < 4 or magic[:2] != b"\0\0" or magic[2] not in _TYPES or not 1 <= magic[3] <= 4:
        message = _("{path}: not an IDX file: it begins with {magic} where 0000 and a known type are due.")
        raise DataError(message.format(path=path, magic=magic.hex() or _("nothing")))
    header = file.read(4 * magic[3])
    shape = struct.unpack(f">{len(header) // 4}I", header[: len(header) // 4 * 4])
    dtype = np.dtype(_TYPES[magic[2]])
    wanted = math.prod(shape) * dtype.itemsize
    body = _read_up_to(file, min(wanted, _most_of(path))) if len(shape) == magic[3] else bytearray()
    if len(body) == _most_of(path) < wanted and file.read(1):
        message = _("{path}: would unpack to far more than a file of images can; fetch it again from its source.")
        raise DataError(message.format(path=path))
    if len(shape) < magic[3] or len(body) < wanted:
        message = _("{path}: is cut short: its header announces {wanted} bytes, and {have} follow; fetch it again.")
        raise DataError(message.format(path=path, wanted=wanted, have=len(body)))
    if file.read(1):
        raise DataError(_("{path}: is longer than its header announces; fetch it again.").format(path=path))
    return np.frombuffer(body, dtype).reshape(shape).astype(dtype.newbyteorder("="), copy=False)


def _most_of(path: Path) -> int:
    """Bytes that a file may hold: what is gzipped, at most a hundred times its size plus 256 MiB."""
    size = path.stat().st_size
    return size * _MOST_GROWTH + _FREE_GROWTH if path.suffix.lower() == ".gz" else size


def _read_up_to(file: IO[bytes] | gzip.GzipFile, wanted: int) -> bytearray:
    """In pieces, because a header can announce more than there is memory for."""
    body = bytearray()
    while len(body) < wanted and (piece := file.read(min(wanted - len(body), _PIECE))):
        body += piece
    return body
