"""Mosaics: every image where it belongs, whatever its size and channels."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import ImageChops

from trasluz.draw.mosaic import Style, mosaic

BARE = Style(tile=8, gap=2, margin=3)


def flat(colour: tuple[int, ...], height: int = 4, width: int = 4) -> np.ndarray:
    return np.broadcast_to(np.array(colour, np.uint8), (height, width, len(colour))).copy()


def test_small_images_are_enlarged_by_whole_pixels_in_reading_order() -> None:
    images = [flat((i * 10, 0, 255 - i * 10)) for i in range(6)]
    picture = np.asarray(mosaic(images, columns=3, style=BARE))
    assert picture.shape == (2 * 3 + 2 * 10 - 2, 2 * 3 + 3 * 10 - 2, 3)
    for i, image in enumerate(images):
        left, top = 3 + (i % 3) * 10, 3 + (i // 3) * 10
        assert (picture[top : top + 8, left : left + 8] == image[0, 0]).all()


def test_a_pixel_becomes_one_square() -> None:
    image = np.array([[[0], [255]], [[255], [0]]], np.uint8)
    picture = np.asarray(mosaic([image], style=BARE))[3:11, 3:11, 0]
    assert (picture == np.kron(image[:, :, 0], np.ones((4, 4), np.uint8))).all()


@pytest.mark.parametrize("shape", [(1, 1, 1), (300, 200, 3), (5, 90, 4), (64, 64, 1), (700, 1, 3), (9, 9)])
def test_any_size_and_channels_fit_into_their_tile(shape: tuple[int, ...]) -> None:
    image = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    picture = mosaic([image], style=BARE)
    assert picture.mode == "RGB"
    assert max(picture.size) <= 2 * 3 + 8
    assert min(picture.size) >= 2 * 3 + 1


def test_images_of_mixed_sizes_keep_their_aspect_and_are_centred() -> None:
    picture = np.asarray(mosaic([flat((0, 0, 0), 2, 4), flat((0, 0, 0), 4, 2)], columns=2, style=BARE))
    dark = (picture == 0).all(2)
    assert dark[5:9, 3:11].all()
    assert not dark[3:5, 3:11].any()
    assert dark[3:11, 15:19].all()


def test_transparent_pixels_show_a_chequerboard_and_opaque_ones_themselves() -> None:
    clear, opaque = flat((200, 0, 0, 0), 16, 16), flat((200, 0, 0, 255), 16, 16)
    style = Style(tile=16, gap=2, margin=3)
    under = np.asarray(mosaic([clear], style=style))[3:19, 3:19]
    assert set(np.unique(under)) == {232, 255}
    assert (np.asarray(mosaic([opaque], style=style))[3:19, 3:19] == (200, 0, 0)).all()


def test_labels_stand_under_their_own_image_and_are_cut_to_its_width() -> None:
    images = [flat((255, 255, 255), 60, 60)] * 2
    style = Style(tile=60, edge="#ffffff")
    left = np.asarray(mosaic(images, ["ñandú", ""], columns=2, style=style))
    dark = (left < 128).any((0, 2))
    assert dark[:76].any()
    assert not dark[76:].any()
    long = np.asarray(mosaic(images, ["", "a very long name of a file.jpg"], columns=2, style=style))
    dark = (long < 128).any((0, 2))
    assert not dark[:70].any()
    assert dark[76:].any()
    assert not dark[140:].any()


def test_the_title_takes_its_own_line() -> None:
    image = [flat((9, 9, 9))]
    plain, titled = mosaic(image, style=BARE), mosaic(image, style=BARE, title="T")
    assert titled.height > plain.height
    bottom = titled.crop((0, titled.height - 11, titled.width, titled.height))
    assert (
        ImageChops.difference(bottom, plain.crop((0, plain.height - 11, plain.width, plain.height))).getbbox() is None
    )


@pytest.mark.parametrize(("images", "labels"), [([], []), ([flat((0, 0, 0))], ["a", "b"])])
def test_no_images_or_too_many_labels_are_refused(images: list[np.ndarray], labels: list[str]) -> None:
    with pytest.raises(ValueError, match="as many labels as images"):
        mosaic(images, labels)
