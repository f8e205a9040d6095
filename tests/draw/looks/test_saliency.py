"""Pixel maps as pictures: grey strength, signs in colour, what adds up in words, and the warning of one method."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from trasluz.draw.looks.saliency import draw
from trasluz.draw.panel import Gallery, Panel
from trasluz.look.looks.saliency import SaliencyResult
from trasluz.messages import language


def _found(channels: int = 3, method: str = "integrated-gradients", classes: int = 2) -> SaliencyResult:
    random = np.random.default_rng(0)
    signed = random.normal(size=(2, classes, 6, 9)).astype(np.float32)
    return SaliencyResult(
        method=method,
        settings={"baseline": "black", "steps": 32} if method == "integrated-gradients" else {},
        classes=tuple("abcdefghijklmnop")[: max(classes, 2)],
        names=("0.png", "1.png"),
        images=random.integers(0, 256, (2, 6, 9, channels), dtype=np.uint8),
        labels=np.array([1, -1]),
        chosen=np.tile(np.arange(classes), (2, 1)),
        predicted=np.zeros(2, np.int64),
        confidence=np.full((2, max(classes, 2)), 0.5, np.float32),
        signed=signed,
        strength=np.abs(signed),
        error=np.full((2, classes), 0.01 if method == "integrated-gradients" else np.nan, np.float32),
    )


def _gallery(panel: Panel) -> Gallery:
    assert isinstance(panel.content, Gallery)
    return panel.content


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_each_class_has_its_strength_in_grey_and_its_signs_in_colour(channels: int) -> None:
    (panel,) = draw(_found(channels))
    gallery = _gallery(panel)
    assert [len(row) for row in gallery.tiles] == [5, 5]
    assert len(gallery.columns) == 5
    assert len(gallery.scales) == 2
    assert gallery.rows == ("b", "")
    assert gallery.tiles[0][1].image.shape[2] == 1
    assert gallery.tiles[0][2].image.shape[2] == 3
    assert (
        gallery.tiles[0][1].image.shape[:2]
        == gallery.tiles[0][2].image.shape[:2]
        == gallery.tiles[0][0].image.shape[:2]
    )


def test_red_speaks_for_and_blue_against() -> None:
    found = _found()
    signed = np.zeros_like(found.signed)
    signed[:, :, :, :4], signed[:, :, :, 5:] = 1, -1
    tile = _gallery(draw(replace(found, signed=signed))[0]).tiles[0][2].image.astype(int)
    assert tile[0, 0, 0] > tile[0, 0, 2] + 20
    assert tile[0, -1, 2] > tile[0, -1, 0] + 20


def test_what_adds_up_is_said_and_what_does_not_is_warned_of() -> None:
    (panel,) = draw(_found())
    assert "a black image" in panel.verdict
    assert "1.0" in panel.verdict
    assert panel.warnings == ()
    (panel,) = draw(replace(_found(), error=np.full((2, 2), 0.3, np.float32)))
    assert "steps: 128" in panel.warnings[0]
    assert draw(_found(method="saliency"))[0].verdict == ""


def test_guided_backprop_comes_with_its_warning_in_either_language() -> None:
    for name in ("en", "es"):
        with language(name):
            (panel,) = draw(_found(method="guided-backprop"))
        assert "Adebayo" in panel.warnings[0]
    assert draw(_found(method="smooth-grad"))[0].warnings == ()


def test_a_map_of_zeros_and_many_classes_are_said() -> None:
    found = _found(classes=14)
    (panel,) = draw(replace(found, strength=np.zeros_like(found.strength), signed=np.zeros_like(found.signed)))
    assert _gallery(panel).tiles[0][1].flag == "no pixel matters"
    assert len(_gallery(panel).tiles[0]) == 25
    assert "12 of 14" in panel.note
