"""Exciting images drawn: what the channel saw framed, the rest paler; dead channels and classes in words."""

from __future__ import annotations

import dataclasses

import numpy as np

from trasluz.draw.looking import draw
from trasluz.draw.marking import marked
from trasluz.draw.panel import Gallery
from trasluz.look.looks.exciting import ExcitingResult
from trasluz.messages import language


def _found() -> ExcitingResult:
    crops = np.zeros((2, 4, 4), np.float32)
    crops[..., 2:] = 1
    crops[0] = (0.25, 0, 0.5, 1)
    return ExcitingResult(
        layer="net.a",
        shape=(5, 4, 4),
        channels=np.array([3, 1]),
        values=np.array([[4.0, 3, 2, 1], [0, 0, 0, 0]], np.float32),
        which=np.array([[0, 1, 2, 3], [0, 1, 2, 3]]),
        crops=crops,
        positive=np.array([0.5, 0.0]),
        spread=np.array([1.0, 0.0]),
        dead=np.array([1]),
        images=np.full((4, 4, 4, 1), 250, np.uint8),
        names=("0", "1", "2", "3"),
        image_class=("cat", "cat", "cat", "dog"),
        shares={"cat": 0.1, "dog": 0.9},
        examined=1000,
        split="valid",
    )


def _gallery(found: ExcitingResult) -> Gallery:
    content = draw(found)[0].content
    assert isinstance(content, Gallery)
    return content


def test_what_lies_outside_the_crop_is_paler_and_the_whole_image_has_no_frame() -> None:
    tiles = _gallery(_found()).tiles
    framed, whole = tiles[0][0].image, tiles[1][0].image
    assert framed.shape == (336, 336, 3)
    assert framed[126, 168].tolist() == [250] * 3  # row 1 of 4 is inside
    assert framed[300, 168].tolist() == [171] * 3  # 128 + 0.35 · (250 − 128)
    assert len(np.unique(framed.reshape(-1, 3), axis=0)) == 3
    assert whole.shape == (4, 4, 1)  # a page draws its pixels as squares
    assert (whole == 250).all()


def test_a_crop_smaller_than_a_pixel_and_images_with_alpha_are_framed() -> None:
    assert marked(np.zeros((1, 1, 4), np.uint8), (0.99, 0.99, 1, 1)).shape == (336, 336, 3)
    assert marked(np.zeros((1, 300, 3), np.uint8), (0, 0.2, 1, 0.21)).shape == (1, 112, 3)


def test_classes_and_dead_channels_are_said_in_words() -> None:
    gallery = _gallery(_found())
    assert gallery.rows[0] == "channel 3 · above zero in 50.0\u202f%"
    assert gallery.rows[1] == "channel 1 · dead"
    assert gallery.tiles[0][0].caption == "cat · 4.0"
    panel = draw(_found())[0]
    assert panel.verdict.startswith("1 of 2 channels answers to one class")
    assert "1 channel of the layer is dead" in panel.verdict
    assert "2 of 5 channels" in panel.note


def test_what_chance_could_do_is_not_claimed() -> None:
    found = dataclasses.replace(_found(), shares={"cat": 0.5, "dog": 0.5})
    assert draw(found)[0].verdict.startswith("0 of 2 channels")


def test_unknown_classes_and_unknown_fields_are_drawn_too() -> None:
    found = dataclasses.replace(
        _found(), image_class=("",) * 4, shares={}, crops=np.full((2, 4, 4), np.nan, np.float32)
    )
    panel = draw(found)[0]
    assert _gallery(found).tiles[0][1].caption == "image 1 · 3.0"
    assert "not known" in panel.note
    assert "class" not in panel.verdict


def test_it_speaks_spanish_without_an_error() -> None:
    with language("es"):
        assert len(draw(_found())) == 1
