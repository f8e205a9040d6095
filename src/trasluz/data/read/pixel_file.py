"""One file of decoded pixels, row after row: bytes, and 16-bit numbers from the first deeper image on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import numpy as np

from trasluz.data.read.deep import BYTES, Range, count_numbers, rescaled

_PIECE = 16 << 20  # bytes that are brought into the range at once


class PixelFile:
    """``file``, open for reading and writing, takes samples of ``length`` numbers each, in any order of rows.

    ``before_widening`` is called once, before the file becomes twice as large.
    """

    def __init__(self, file: BinaryIO, length: int, before_widening: Callable[[], None]) -> None:
        self.length = length
        self.bytes_rows: set[int] = set()
        self.deep_rows: set[int] = set()
        self._file = file
        self._before_widening = before_widening

    @property
    def deep(self) -> bool:
        """Whether the file holds 16-bit numbers."""
        return bool(self.deep_rows)

    @property
    def row_bytes(self) -> int:
        """Bytes that one row takes."""
        return 2 * self.length if self.deep else self.length

    def write(self, row: int, pixels: np.ndarray) -> None:
        """Writes the row ``row``, uint8 or uint16."""
        if pixels.dtype == np.uint16:
            if not self.deep:
                self._widen()
            self.deep_rows.add(row)
        else:
            self.bytes_rows.add(row)
            pixels = pixels.astype(np.uint16) if self.deep else pixels
        self._file.seek(row * self.row_bytes)
        self._file.write(np.ascontiguousarray(pixels).data)

    def _widen(self) -> None:
        """Bytes become 16-bit numbers, from the last row on, so that none is written over before it is read."""
        self._before_widening()
        for row in sorted(self.bytes_rows, reverse=True):
            self._file.seek(row * self.length)
            pixels = np.frombuffer(self._file.read(self.length), np.uint8)
            self._file.seek(row * 2 * self.length)
            self._file.write(pixels.astype(np.uint16).data)


def count_stored(path: Path) -> np.ndarray:
    """How often each 16-bit number stands in the file, int64 ``[65536]``."""
    return count_numbers(np.memmap(path, np.uint16, "r"))


def bring_into(path: Path, limits: Range, bytes_rows: np.ndarray, length: int) -> None:
    """Rows of bytes (bool ``[n]``) are stretched to ``limits``, the others are cut to them, in place."""
    at_once = max(_PIECE // (2 * length), 1)
    with path.open("r+b") as file:
        for start in range(0, len(bytes_rows), at_once):
            flags = bytes_rows[start : start + at_once]
            file.seek(start * 2 * length)
            part = np.frombuffer(file.read(len(flags) * 2 * length), np.uint16).reshape(len(flags), length)
            changed = rescaled(part, limits, limits)
            if flags.any():
                changed = np.where(flags[:, None], np.rint(rescaled(part, BYTES, limits)), changed).astype(np.uint16)
            if changed is not part:
                file.seek(start * 2 * length)
                file.write(np.ascontiguousarray(changed).data)
