"""Colour of 16 bits is kept whole where it can be read whole, and said to be read in part elsewhere."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from tests.data.conftest import Open
from trasluz.data.describe.audit_notes import audit_notes
from trasluz.data.feed.preprocess import fit_preprocess
from trasluz.data.read.decode import Plan, decode
from trasluz.data.read.deep_colour import _upright
from trasluz.data.read.images import load_images
from trasluz.data.read.resize import resize
from trasluz.recipe import DataSection
from trasluz.reporting import Reporter

RNG = np.random.default_rng(0)
_KINDS = {1: 0, 2: 4, 3: 2, 4: 6}  # PNG's colour types by the number of channels


def png(values: np.ndarray, more: bytes = b"", filters: tuple[int, ...] = (0,)) -> bytes:
    """A PNG of uint16 ``[h, w, c]``, by its specification; ``more``: chunks before the pixels; ``filters`` of lines."""
    height, width, channels = values.shape
    head = struct.pack(">IIBBBBB", width, height, 16, _KINDS[channels], 0, 0, 0)
    raw = values.astype(">u2").view(np.uint8).reshape(height, -1).astype(int)
    left = np.pad(raw, ((0, 0), (2 * channels, 0)))[:, : raw.shape[1]]
    up, corner = np.pad(raw, ((1, 0), (0, 0)))[:height], np.pad(left, ((1, 0), (0, 0)))[:height]
    guess = left + up - corner
    apart = np.stack([abs(guess - left), abs(guess - up), abs(guess - corner)])
    paeth = np.choose(apart.argmin(0), [left, up, corner])
    filtered = [(raw - by).astype(np.uint8) for by in (0, left, up, (left + up) // 2, paeth)]
    used = [filters[row % len(filters)] for row in range(height)]
    lines = b"".join(bytes([kind]) + filtered[kind][row].tobytes() for row, kind in enumerate(used))
    parts = [chunk(b"IHDR", head), more, chunk(b"IDAT", zlib.compress(lines)), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def tiff(values: np.ndarray, kind: int = 0) -> bytes:
    """A TIFF of uint16 ``[h, w, 3]``, little-endian or (odd) big-endian, uncompressed or (2, 3) packed by zlib."""
    height, width, _channels = values.shape
    order, packed = "<>"[kind % 2], kind >= 2
    pixels = values.astype(f"{order}u2").tobytes()
    pixels = zlib.compress(pixels) if packed else pixels
    pixels += b"\0" * (len(pixels) % 2)
    bits = 8 + len(pixels)
    tags = [
        *(
            (256, 4, 1, width),
            (257, 4, 1, height),
            (258, 3, 3, bits),
            (259, 3, 1, 8 if packed else 1),
            (262, 3, 1, 2),
            (273, 4, 1, 8),
        ),
        *((277, 3, 1, 3), (278, 4, 1, height), (279, 4, 1, len(pixels))),
    ]
    entries = b"".join(_tag(order, *tag) for tag in tags)
    directory = struct.pack(order + "H", len(tags)) + entries + struct.pack(order + "I", 0)
    head = struct.pack(order + "2sHI", b"MM" if kind % 2 else b"II", 42, bits + 6)
    return head + pixels + struct.pack(order + "HHH", 16, 16, 16) + directory


def _tag(order: str, tag: int, kind: int, count: int, value: int) -> bytes:
    short = kind == 3 and count == 1
    held = struct.pack(order + "HH", value, 0) if short else struct.pack(order + "I", value)
    return struct.pack(order + "HHI", tag, kind, count) + held


def ppm(values: np.ndarray) -> bytes:
    height, width, _channels = values.shape
    return f"P6\n# a camera\n{width} {height}\n65535\n".encode() + values.astype(">u2").tobytes()


def colours(brightest: int = 65535, shape: tuple[int, int, int] = (6, 5, 3), seed: int = 0) -> np.ndarray:
    values = np.random.default_rng(seed).integers(0, brightest, shape).astype(np.uint16)
    values[1, 2, 0] = brightest
    return values


@pytest.mark.parametrize("suffix", ["png", "tif"])
@pytest.mark.parametrize(("brightest", "high"), [(4000, 4095), (65535, 65535)])
def test_colour_is_kept_to_the_last_bit_in_the_range_that_is_found(
    brightest: int, high: int, suffix: str, tmp_path: Path, opened: Open
) -> None:
    images = np.stack([colours(brightest, seed=seed) for seed in range(4)])
    (tmp_path / "c").mkdir()
    for number, image in enumerate(images):
        (tmp_path / "c" / f"{number}.{suffix}").write_bytes(png(image) if suffix == "png" else tiff(image, number))
    data = opened(tmp_path / "c")
    assert data.samples.dtype == np.uint16
    np.testing.assert_array_equal(data.samples, images)
    assert data.value_range == (0.0, float(high))
    assert audit_notes(data.audit) == []
    preprocess = fit_preprocess(data, DataSection())
    np.testing.assert_array_equal(load_images(tmp_path / "c", preprocess, Reporter()).samples, images)


def test_grey_is_the_luma_of_all_bits_and_resizing_is_that_of_each_channel() -> None:
    values = colours()
    whole = decode(png(values), Plan(6, 5, 1, deep=True))
    np.testing.assert_allclose(whole.pixels[..., 0], values @ [0.299, 0.587, 0.114], atol=0.5)
    small = decode(png(values), Plan(3, 4, 3, deep=True))
    for c in range(3):
        oracle = np.asarray(resize(Image.fromarray(values[..., c].astype(np.float32)), 3, 4, "stretch"))
        np.testing.assert_allclose(small.pixels[..., c], oracle.clip(0, 65535), atol=0.5)
    assert (whole.peak, small.peak) == (65535, 65535)


def test_transparency_stands_on_white_or_stays() -> None:
    values = colours(30000, (4, 4, 4))
    values[..., 3] = RNG.integers(0, 65536, (4, 4))
    share = values[..., 3:] / 65535
    on_white = values[..., :3] * share + 65535 * (1 - share)
    np.testing.assert_allclose(decode(png(values), Plan(4, 4, 3, deep=True)).pixels, on_white, atol=0.5)
    found = decode(png(values), Plan(4, 4, 4, deep=True))
    np.testing.assert_array_equal(found.pixels, values)
    assert found.peak == 65535
    grey = colours(30000, (4, 4, 2))
    grey[..., 1] = 65535
    found = decode(png(grey), Plan(4, 4, 3, deep=True))
    np.testing.assert_array_equal(found.pixels, np.repeat(grey[..., :1], 3, axis=2))
    assert found.peak == 30000


@pytest.mark.parametrize("turned", range(1, 9))
def test_what_exif_turns_is_turned_as_pillow_turns_it(turned: int) -> None:
    image = Image.fromarray(RNG.integers(0, 256, (4, 7, 3), dtype=np.uint8))
    exif = Image.Exif()
    exif[0x0112] = turned
    content = io.BytesIO()
    image.save(content, "PNG", exif=exif)
    pillow = np.asarray(ImageOps.exif_transpose(Image.open(content)))
    np.testing.assert_array_equal(_upright(np.asarray(image), turned), pillow)
    values = colours(shape=(4, 7, 3))
    height, width = pillow.shape[:2]
    found = decode(png(values, chunk(b"eXIf", exif.tobytes()[6:])), Plan(height, width, 3, deep=True))
    np.testing.assert_array_equal(found.pixels, _upright(values, turned))
    assert found.size == (height, width)


def test_a_model_of_eight_bits_is_shown_eight_bits() -> None:
    values = colours()
    np.testing.assert_array_equal(decode(png(values), Plan(6, 5, 3)).pixels, values >> 8)


def test_filters_and_interlacing_are_pillows_business(tmp_path: Path, opened: Open) -> None:
    """Every line by another of PNG's filters, written by its specification."""
    values = colours(shape=(10, 9, 3))
    found = decode(png(values, filters=(0, 1, 2, 3, 4)), Plan(10, 9, 3, deep=True))
    np.testing.assert_array_equal(found.pixels, values)


def test_colour_that_is_read_by_its_upper_bits_is_told(tmp_path: Path, opened: Open) -> None:
    write, suffix = ppm, "ppm"
    values = colours()
    (tmp_path / "c").mkdir()
    for name in ("a", "b"):
        (tmp_path / "c" / f"{name}.{suffix}").write_bytes(write(values))
    Image.fromarray(RNG.integers(0, 256, (6, 5, 3), dtype=np.uint8)).save(tmp_path / "c" / f"plain.{suffix}")
    data = opened(tmp_path / "c")
    assert data.samples.dtype == np.uint8
    np.testing.assert_allclose(data.samples[0], values / 257, atol=1)
    (note,) = audit_notes(data.audit)
    assert note.startswith("2 images have colour of more than 8 bits, of which the upper 8 are read (such as a.")


def test_a_cut_file_is_refused_as_ever(tmp_path: Path, opened: Open) -> None:
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "a.png").write_bytes(png(colours()))
    (tmp_path / "c" / "b.png").write_bytes(png(colours())[:90])
    data = opened(tmp_path / "c", allow_unreadable=True)
    assert len(data.samples) == 1
    assert data.audit["unreadable"]["count"] == 1
