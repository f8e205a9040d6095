"""Maximised images drawn: made above real, marked as made by a network, with both scores and what they say."""

from __future__ import annotations

import dataclasses

import numpy as np

from trasluz.draw.looking import draw
from trasluz.draw.panel import Gallery
from trasluz.look.looks.maximise import MaximiseResult
from trasluz.messages import language


def _found(layer: str = "") -> MaximiseResult:
    return MaximiseResult(
        layer=layer,
        targets=("3", "7"),
        total=10,
        images=np.zeros((2, 8, 8, 3), np.uint8),
        scores=np.array([2.0, 1.0], np.float32),
        real=np.array([1.0, 1.5], np.float32),
        real_images=np.zeros((2, 8, 8, 3), np.uint8),
        real_names=("12", "13"),
        examined=500,
        split="valid",
        steps=128,
        shaken=True,
    )


def test_made_images_stand_above_real_ones_and_say_what_they_are() -> None:
    panel = draw(_found())[0]
    assert isinstance(panel.content, Gallery)
    made, real = panel.content.tiles
    assert [tile.made for tile in made] == ["generated"] * 2
    assert [tile.made for tile in real] == [""] * 2
    assert [tile.flag for tile in made] == ["", "below the real one"]
    assert [tile.caption for tile in (*made, *real)] == ["2.00", "1.00", "1.00", "1.50"]
    assert panel.content.columns == ("3", "7")
    assert panel.verdict.startswith("1 of 2 images made score higher")
    assert "2 of 10 classes" in panel.note
    assert "moved" in panel.note


def test_channels_are_called_channels_and_nothing_is_claimed_where_none_is_higher() -> None:
    found = dataclasses.replace(_found("net.a"), scores=np.zeros(2, np.float32), shaken=False, split="")
    panel = draw(found)[0]
    assert isinstance(panel.content, Gallery)
    assert panel.content.columns == ("channel 3", "channel 7")
    assert panel.verdict == ""
    assert "moved" not in panel.note
    assert "images given" in panel.note


def test_it_speaks_spanish_without_an_error() -> None:
    with language("es"):
        assert len(draw(_found())) == 1
