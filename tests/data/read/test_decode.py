"""Every kind of image file against pixels that are known beforehand."""

from __future__ import annotations

import contextlib
import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.data.conftest import Encode, noise, png_header_of
from trasluz.data.read import decode as decoder
from trasluz.data.read import heif
from trasluz.data.read.decode import (
    DAMAGED,
    EMPTY,
    TOO_DEEP,
    TOO_MANY_PIXELS,
    UNKNOWN,
    Plan,
    UnreadableImageError,
    decode,
    quiet_pillow,
    read_bytes,
    read_header,
)
from trasluz.data.read.formats import looks_like_image
from trasluz.reading import MISSING

H, W = 5, 7


def _pixels(content: bytes, channels: int, height: int = H, width: int = W) -> np.ndarray:
    with quiet_pillow():
        return decode(content, Plan(height, width, channels))[0]


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


@pytest.mark.parametrize(("shape", "channels"), [((H, W), 1), ((H, W, 3), 3), ((H, W, 4), 4), ((1, 1, 3), 3)])
@pytest.mark.parametrize("kind", ["PNG", "TIFF", "WEBP"])
def test_lossless_files_keep_every_pixel(encode: Encode, kind: str, shape: tuple[int, ...], channels: int) -> None:
    pixels = noise(*shape)
    if channels == 4:
        pixels[..., 3] |= 1  # WebP may drop the colour of what cannot be seen
    content = encode(pixels, kind, **({"lossless": True} if kind == "WEBP" else {}))
    found = _pixels(content, channels, *shape[:2])
    assert found.dtype == np.uint8
    np.testing.assert_array_equal(found, pixels.reshape(*shape[:2], channels))


@pytest.mark.parametrize(("kind", "shape"), [("BMP", (H, W, 3)), ("PPM", (H, W, 3)), ("PPM", (H, W)), ("GIF", (H, W))])
def test_older_formats_keep_every_pixel(encode: Encode, kind: str, shape: tuple[int, ...]) -> None:
    pixels = noise(*shape)
    channels = 3 if len(shape) == 3 else 1
    np.testing.assert_array_equal(_pixels(encode(pixels, kind), channels), pixels.reshape(H, W, channels))


def test_one_bit_becomes_black_and_white(encode: Encode) -> None:
    bits = noise(H, W) > 127
    content = encode(Image.fromarray(bits))
    np.testing.assert_array_equal(_pixels(content, 1)[..., 0], bits * 255)
    np.testing.assert_array_equal(_pixels(content, 3), np.repeat(bits[..., None] * 255, 3, axis=2))


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "PPM"])
def test_16_bit_grey_is_divided_by_257(encode: Encode, kind: str) -> None:
    deep = np.array([[0, 128, 129, 257, 32768, 65534, 65535]], np.uint16)
    expected = np.rint(deep / 257).astype(np.uint8)
    content = encode(deep, kind)
    np.testing.assert_array_equal(_pixels(content, 1, 1, 7)[..., 0], expected)
    np.testing.assert_array_equal(_pixels(content, 3, 1, 7)[..., 2], expected)


def test_float_tiff_in_zero_to_one_is_scaled_and_anything_else_refused(encode: Encode) -> None:
    values = np.array([[0.0, 0.25, 1.0]], np.float32)
    np.testing.assert_array_equal(_pixels(encode(values, "TIFF"), 1, 1, 3)[..., 0], [[0, 64, 255]])
    for wrong in (values * 300, values - 1, np.full_like(values, np.nan)):
        with pytest.raises(UnreadableImageError, match=TOO_DEEP):
            _pixels(encode(wrong, "TIFF"), 1, 1, 3)


def test_16_bit_colour_keeps_the_high_byte() -> None:
    body = zlib.compress(b"\0" + struct.pack(">HHH", 0x12FF, 0x8000, 0xFF01))
    header = struct.pack(">IIBBBBB", 1, 1, 16, 2, 0, 0, 0)
    content = b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", body) + _chunk(b"IEND", b"")
    np.testing.assert_array_equal(_pixels(content, 3, 1, 1)[0, 0], [0x12, 0x80, 0xFF])


def test_palettes_become_their_colours(encode: Encode) -> None:
    index = noise(H, W) % 3
    colours = np.array([[255, 0, 0], [0, 200, 10], [7, 8, 9]], np.uint8)
    picture = Image.frombytes("P", (W, H), index.astype(np.uint8).tobytes())
    picture.putpalette(colours.tobytes())
    np.testing.assert_array_equal(_pixels(encode(picture), 3), colours[index])


def test_a_transparent_palette_colour_is_laid_on_white_or_kept_as_alpha(encode: Encode) -> None:
    picture = Image.frombytes("P", (2, 1), bytes([0, 1]))
    picture.putpalette(bytes([10, 20, 30, 40, 50, 60]))
    content = encode(picture, transparency=0)
    np.testing.assert_array_equal(_pixels(content, 3, 1, 2)[0], [[255, 255, 255], [40, 50, 60]])
    np.testing.assert_array_equal(_pixels(content, 4, 1, 2)[0, :, 3], [0, 255])


@pytest.mark.parametrize("channels", [1, 3])
def test_alpha_is_laid_on_white(encode: Encode, channels: int) -> None:
    alpha = np.array([0, 255, 51], np.uint8)
    pixels = np.zeros((1, 3, 4), np.uint8)
    pixels[..., 3] = alpha
    np.testing.assert_array_equal(_pixels(encode(pixels), channels, 1, 3)[0, :, 0], 255 - alpha)


def test_grey_with_alpha_is_laid_on_white_and_kept_when_asked_for(encode: Encode) -> None:
    pixels = np.array([[[100, 255], [100, 0]]], np.uint8)
    content = encode(Image.merge("LA", [Image.fromarray(pixels[..., c]) for c in (0, 1)]))
    np.testing.assert_array_equal(_pixels(content, 1, 1, 2)[0, :, 0], [100, 255])
    np.testing.assert_array_equal(_pixels(content, 4, 1, 2)[0, 0], [100, 100, 100, 255])
    assert _pixels(content, 4, 1, 2)[0, 1, 3] == 0


def test_files_without_alpha_are_opaque_with_four_channels(encode: Encode) -> None:
    pixels = noise(H, W, 3)
    found = _pixels(encode(pixels), 4)
    np.testing.assert_array_equal(found[..., :3], pixels)
    assert (found[..., 3] == 255).all()


def test_colour_becomes_grey_by_rec_601(encode: Encode) -> None:
    pixels = noise(H, W, 3)
    expected = pixels @ np.array([0.299, 0.587, 0.114])
    assert np.abs(_pixels(encode(pixels), 1)[..., 0] - expected).max() <= 1


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_cmyk_is_not_inverted(encode: Encode, kind: str) -> None:
    ink = Image.new("CMYK", (16, 16), (255, 0, 0, 0))  # all cyan: no red
    how = {"quality": 100} if kind == "JPEG" else {}
    found = _pixels(encode(ink, kind, **how), 3, 16, 16).astype(int)
    assert np.abs(found - [0, 255, 255]).max() <= 2


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["PNG", "TIFF", "WEBP"])
def test_exif_orientation_is_applied(encode: Encode, kind: str, orientation: int) -> None:
    # What each number means is TIFF 6.0's table: which corner the first row and column are.
    upright = noise(H, W, 3)
    stored = {
        1: upright,
        2: upright[:, ::-1],
        3: upright[::-1, ::-1],
        4: upright[::-1],
        5: upright.transpose(1, 0, 2),
        6: np.rot90(upright, 1),
        7: upright[::-1, ::-1].transpose(1, 0, 2),
        8: np.rot90(upright, -1),
    }[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    how = {"lossless": True} if kind == "WEBP" else {}
    content = encode(np.ascontiguousarray(stored), kind, exif=exif, **how)
    header = read_header(content)
    assert (header.height, header.width) == (H, W)
    pixels, size, _peak = decode(content, Plan(H, W, 3))
    assert size == (H, W)
    np.testing.assert_array_equal(pixels, upright)


def test_a_nonsense_orientation_leaves_the_image_as_it_is(encode: Encode) -> None:
    exif = Image.Exif()
    exif[0x0112] = 99
    pixels = noise(H, W, 3)
    np.testing.assert_array_equal(_pixels(encode(pixels, exif=exif), 3), pixels)


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "TIFF"])
def test_the_first_frame_of_an_animation_counts(encode: Encode, kind: str) -> None:
    frames = [Image.new("RGB", (W, H), colour) for colour in ((255, 0, 0), (0, 0, 255))]
    how = {"lossless": True} if kind == "WEBP" else {}
    content = encode(frames[0], kind, save_all=True, append_images=frames[1:], **how)
    np.testing.assert_array_equal(_pixels(content, 3), np.full((H, W, 3), [255, 0, 0]))


def test_a_name_does_not_matter_only_the_content(encode: Encode, tmp_path: Path) -> None:
    path = tmp_path / "really-a-png.jpg"
    path.write_bytes(encode(noise(H, W)))
    assert read_header(path).grey
    assert _pixels(read_bytes(path), 1).shape == (H, W, 1)


@pytest.mark.parametrize(
    ("mode", "grey"),
    [("1", True), ("L", True), ("LA", True), ("I;16", True), ("RGB", False), ("RGBA", False), ("P", False)],
)
def test_the_header_tells_grey_from_colour(encode: Encode, mode: str, grey: bool) -> None:
    picture = Image.new("RGB", (W, H), (9, 99, 199))
    picture = Image.fromarray(np.ones((H, W), np.uint16)) if mode == "I;16" else picture.convert(mode)
    header = read_header(encode(picture))
    assert (header.height, header.width, header.grey) == (H, W, grey)


def test_a_grey_palette_is_grey(encode: Encode) -> None:
    picture = Image.frombytes("P", (2, 1), bytes([0, 1]))
    picture.putpalette(bytes([10, 10, 10, 40, 40, 40]))
    assert read_header(encode(picture)).grey


def test_shrinking_a_jpeg_in_the_decoder_changes_little(encode: Encode) -> None:
    ramp = np.linspace(0, 255, 640).astype(np.uint8)
    smooth = np.stack(np.broadcast_arrays(ramp[None], ramp[::-1][:, None], ramp[None] // 2), axis=2)
    content = encode(np.ascontiguousarray(smooth), "JPEG", quality=95)
    whole = Image.open(io.BytesIO(content)).convert("RGB").resize((32, 32), Image.Resampling.BILINEAR)
    found = _pixels(content, 3, 32, 32).astype(int)
    assert np.abs(found - np.asarray(whole).astype(int)).max() <= 4
    assert decode(content, Plan(32, 32, 3))[1] == (640, 640)


BAD = {
    "empty": (b"", EMPTY),
    "text": (b"not an image at all", UNKNOWN),
    "only the magic": (b"\x89PNG\r\n\x1a\n", UNKNOWN),
    "svg": (b'<svg xmlns="http://www.w3.org/2000/svg"/>', UNKNOWN),
    "postscript": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", UNKNOWN),
    "30,000 squared": (png_header_of(30_000), TOO_MANY_PIXELS),
    "10,000 squared": (png_header_of(10_000), TOO_MANY_PIXELS),
    "no pixels": (png_header_of(100), DAMAGED),
}


@pytest.mark.parametrize(("content", "reason"), BAD.values(), ids=list(BAD))
def test_a_bad_file_has_a_reason(content: bytes, reason: str) -> None:
    with pytest.raises(UnreadableImageError, match=reason):
        _pixels(read_bytes(content), 3)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "BMP", "TIFF"])
def test_a_file_cut_in_half_is_refused(encode: Encode, kind: str) -> None:
    content = encode(noise(64, 64, 3), kind)
    with pytest.raises(UnreadableImageError):
        _pixels(content[: len(content) // 2], 3, 64, 64)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "PPM"])
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_no_damage_raises_anything_but_a_reason(kind: str, data: st.DataObject) -> None:
    buffer = io.BytesIO()
    Image.fromarray(noise(9, 9, 3)).save(buffer, kind)
    content = bytearray(buffer.getvalue())
    for _time in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(UnreadableImageError):
        assert _pixels(bytes(content), 3, 9, 9).shape == (9, 9, 3)


def test_a_missing_file_has_a_reason(tmp_path: Path) -> None:
    with pytest.raises(UnreadableImageError, match=MISSING):
        read_bytes(tmp_path / "nowhere.png")


@pytest.mark.parametrize("mode", ["RGBA", "LA", "L", "P", "CMYK", "I;16"])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_large_images_come_out_as_small_ones_do(mode: str, channels: int, monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.random.default_rng(0).integers(0, 256, (90, 70, 4), dtype=np.uint8)
    image = Image.fromarray(values, "RGBA")
    image = Image.fromarray(values[..., 0].astype(np.uint16) * 257) if mode == "I;16" else image.convert(mode)
    buffer = io.BytesIO()
    image.save(buffer, "TIFF" if mode == "CMYK" else "PNG")
    whole = decode(buffer.getvalue(), Plan(33, 21, channels))[0]
    monkeypatch.setattr(decoder, "_LARGE", 100)
    monkeypatch.setattr(decoder, "_ROWS", 700)
    np.testing.assert_array_equal(decode(buffer.getvalue(), Plan(33, 21, channels))[0], whole)


# --- HEIC, by an extra


@pytest.fixture
def heic() -> bytes:
    """A HEIC photograph of one colour, turned by a quarter."""
    pillow_heif = pytest.importorskip("pillow_heif")
    pixels = np.full((64, 96, 3), (200, 60, 20), np.uint8)
    buffer = io.BytesIO()
    photo = pillow_heif.from_bytes("RGB", (96, 64), pixels.tobytes())
    exif = Image.Exif()
    exif[0x0112] = 6
    photo.save(buffer, quality=95, exif=exif.tobytes())
    return buffer.getvalue()


def test_heic_photographs_are_read_upright(heic: bytes) -> None:
    with quiet_pillow():
        header = read_header(heic)
        pixels, size, _peak = decode(heic, Plan(96, 64, 3))
    assert (header.height, header.width) == size == (96, 64)
    assert not header.grey
    np.testing.assert_allclose(pixels.reshape(-1, 3).mean(0), (200, 60, 20), atol=4)


def test_heic_without_the_extra_names_it_in_one_sentence(heic: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (heif, decoder):
        monkeypatch.setattr(module, "installed", lambda: False)
    with pytest.raises(UnreadableImageError, match=r"pip install 'trasluz\[heif\]'"):
        _pixels(heic, 3)
    with pytest.raises(UnreadableImageError):
        read_header(heic)


def test_a_damaged_heic_is_damaged(heic: bytes) -> None:
    with pytest.raises(UnreadableImageError, match=DAMAGED):
        _pixels(heic[: len(heic) // 2], 3)


def test_animated_png_is_an_image_by_its_own_suffix(tmp_path: Path, encode: Encode) -> None:
    assert looks_like_image("a/b.APNG")
    frames = [Image.fromarray(noise(H, W, seed=seed)) for seed in range(2)]
    content = encode(frames[0], "PNG", save_all=True, append_images=frames[1:])
    np.testing.assert_array_equal(_pixels(content, 1)[..., 0], noise(H, W, seed=0))
