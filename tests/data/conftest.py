"""What the tests of data share: an empty cache of their own, image files in memory, a reporter that remembers."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from trasluz.data.data import Data
from trasluz.data.opening import open_data
from trasluz.recipe import DataSection
from trasluz.reporting import Reporter, Task

Open = Callable[..., Data]
Encode = Callable[..., bytes]


class Heard(Reporter):
    """Remembers what was said and which tasks were opened."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.warned: list[str] = []
        self.tasks: list[tuple[str, int | None]] = []

    def say(self, message: str) -> None:
        self.said.append(message)

    def warn(self, message: str) -> None:
        self.warned.append(message)

    @contextmanager
    def task(self, title: str, total: int | None = None, counted: str = "") -> Iterator[Task]:
        self.tasks.append((title, total))
        yield Task()


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache that is empty when a test begins, so that no test reads what another decoded."""
    monkeypatch.setenv("TRASLUZ_CACHE", str(tmp_path / "own-cache"))
    return tmp_path / "own-cache"


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def opened() -> Open:
    """``opened(source, reporter=None, **fields)``: data with no validation split unless asked for."""

    def run(source: object, reporter: Reporter | None = None, seed: int = 0, **fields: Any) -> Data:
        section = DataSection(source=str(source), **{"valid": None, **fields})
        return open_data(section, seed, reporter or Reporter())

    return run


@pytest.fixture
def encode() -> Encode:
    """``encode(pixels or image, format, **how)``: the bytes of an image file."""

    def run(image: np.ndarray | Image.Image, kind: str = "PNG", **how: Any) -> bytes:
        picture = image if isinstance(image, Image.Image) else Image.fromarray(image)
        buffer = io.BytesIO()
        picture.save(buffer, kind, **how)
        return buffer.getvalue()

    return run


def noise(*shape: int, seed: int = 0) -> np.ndarray:
    """Random bytes."""
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


def png_header_of(side: int) -> bytes:
    """A PNG that announces ``side`` × ``side`` one-bit pixels and holds none."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")
