"""Bytes of hostile image files, by kind: what is right is that the others are read and these are, or are counted."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
from PIL import Image, PngImagePlugin

from attack.hostile.case import MARKER, picture

_SVG = f'<svg xmlns="http://www.w3.org/2000/svg" onload="{MARKER}"><image href="http://127.0.0.1:9/x"/></svg>'
_EPS = f"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(%pipe%touch {MARKER}) (w) file\nshowpage\n"


def _saved(image: Image.Image, form: str, **more: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, form, **more)  # type: ignore[arg-type]  # each format has options of its own
    return buffer.getvalue()


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _png(width: int, height: int, depth: int, colour: int, rows: int, extra: bytes = b"") -> bytes:
    """A PNG of zeros; ``rows`` of its lines are there."""
    channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colour]
    line = bytes(1 + (width * channels * depth + 7) // 8)
    packer = zlib.compressobj(1)
    body = b"".join([*(packer.compress(line) for _row in range(rows)), packer.flush()])
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + extra + _chunk(b"IDAT", body) + _chunk(b"IEND", b"")


def _text_bomb() -> bytes:
    return _png(8, 8, 8, 2, 8, _chunk(b"zTXt", b"note\0\0" + zlib.compress(bytes(64 << 20), 9)))


def _many_texts() -> bytes:
    return _png(8, 8, 8, 2, 8, b"".join(_chunk(b"tEXt", b"k%d\0" % i + b"x" * 40_000) for i in range(2000)))


def _profile_bomb() -> bytes:
    return _png(8, 8, 8, 2, 8, _chunk(b"iCCP", b"p\0\0" + zlib.compress(bytes(256 << 20), 9)))


def _huge_exif() -> bytes:
    exif = Image.Exif()
    exif[0x010E] = "x" * 60_000
    exif[0x0112] = 77  # no orientation
    return _saved(picture(1), "JPEG", exif=exif)


def _noted() -> bytes:
    info = PngImagePlugin.PngInfo()
    info.add_text("a\x1b[31m".encode("latin-1", "replace").decode("latin-1"), "<script>alert(1)</script>\x1b]0;x\x07")
    return _saved(picture(2), "PNG", pnginfo=info)


def _animated() -> bytes:
    return _saved(picture(3), "GIF", save_all=True, append_images=[picture(i) for i in range(4, 40)])


def _circular_tiff() -> bytes:
    entries = [(256, 3, 1, 8), (257, 3, 1, 8), (258, 3, 1, 8), (262, 3, 1, 1), (273, 4, 1, 8), (279, 4, 1, 64)]
    body = struct.pack("<H", len(entries)) + b"".join(struct.pack("<HHII", *entry) for entry in entries)
    return b"II*\0" + struct.pack("<I", 8) + body + struct.pack("<I", 8)


def _half(whole: bytes) -> bytes:
    return whole[: len(whole) // 2]


def _sixteen_bit() -> bytes:
    return _saved(Image.fromarray(np.arange(144, dtype=np.uint16).reshape(12, 12) * 400), "PNG")


def _flipped_crc() -> bytes:
    whole = bytearray(_saved(picture(5), "PNG"))
    whole[30] ^= 0xFF
    return bytes(whole)


PICTURES: dict[str, Callable[[], bytes]] = {
    "50,000×50,000 pixels announced": partial(_png, 50_000, 50_000, 1, 0, 1),
    "50,000×50,000 pixels packed": partial(_png, 50_000, 50_000, 1, 0, 50_000),
    "89 million pixels of four channels": partial(_png, 9_400, 9_400, 8, 6, 9_400),
    "89 million pixels of 16 bits": partial(_png, 9_400, 9_400, 16, 0, 9_400),
    "1×100,000": partial(_png, 1, 100_000, 8, 2, 100_000),
    "100,000×1": partial(_png, 100_000, 1, 8, 2, 1),
    "1×1": partial(_png, 1, 1, 8, 2, 1),
    "no pixels": partial(_png, 0, 0, 8, 2, 0),
    "4 billion wide": partial(_png, 0xFFFFFFFF, 1, 8, 2, 0),
    "cut PNG": lambda: _half(_saved(picture(6, 64), "PNG")),
    "cut JPEG": lambda: _half(_saved(picture(7, 64), "JPEG")),
    "cut WebP": lambda: _half(_saved(picture(7, 64), "WEBP")),
    "empty": bytes,
    "noise": lambda: np.random.default_rng(0).bytes(5000),
    "PNG head and noise": lambda: b"\x89PNG\r\n\x1a\n" + np.random.default_rng(1).bytes(5000),
    "wrong checksum": _flipped_crc,
    "16 bits": _sixteen_bit,
    "CMYK": lambda: _saved(picture(8).convert("CMYK"), "JPEG"),
    "animated": _animated,
    "text chunk that unpacks to 64 MB": _text_bomb,
    "2,000 text chunks": _many_texts,
    "colour profile that unpacks to 256 MB": _profile_bomb,
    "huge EXIF": _huge_exif,
    "script and escapes in a text chunk": _noted,
    "SVG": _SVG.encode,
    "HTML": lambda: f"<html><script>{MARKER}</script></html>".encode(),
    "EPS": _EPS.encode,
    "65,535×65,535 GIF": lambda: (
        b"GIF89a" + struct.pack("<HHBBB", 65535, 65535, 0, 0, 0) + b",\0\0\0\0\xff\xff\xff\xff\0;"
    ),
    "BMP of negative size": lambda: (
        b"BM" + struct.pack("<IHHIIiiHHIIiiII", 54, 0, 0, 54, 40, -9, -9, 1, 24, 0, 0, 0, 0, 0, 0)
    ),
    "TIFF whose directory follows itself": _circular_tiff,
    "PPM of 10^12 pixels": lambda: b"P6 1000000 1000000 255\n\0\0\0",
    "pickle": lambda: b"cos\nsystem\n(S'touch " + MARKER.encode() + b"'\ntR.",
}


def each() -> Iterator[tuple[str, Callable[[], bytes]]]:
    """Kind and maker of all."""
    yield from PICTURES.items()
