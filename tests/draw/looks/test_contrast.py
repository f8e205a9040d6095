"""The contrast of two classes as pictures and words: a scale around zero, honest verdicts, both languages."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from trasluz.draw.looks.contrast import draw
from trasluz.draw.overlay import signed_overlay
from trasluz.draw.panel import Gallery, Panel, Table
from trasluz.look.looks.contrast import ContrastResult
from trasluz.messages import language


def _found(images: int = 4, channels: int = 3, **more: Any) -> ContrastResult:
    random = np.random.default_rng(0)
    contributions = random.normal(size=(images, 12)).astype(np.float32)
    order = np.argsort(-contributions, 1)
    values: dict[str, Any] = {
        "classes": ("cat", "dog", "owl"),
        "layer": "body.relu",
        "common": True,
        "firsts": 2,
        "names": tuple(f"{i}.png" for i in range(images)),
        "images": random.integers(0, 256, (images, 33, 47, channels), dtype=np.uint8),
        "labels": np.arange(images) % 2,
        "pairs": np.tile([0, 1], (images, 1)),
        "scores": np.tile(np.float32([2.0, -1.0]), (images, 1)),
        "contributions": np.abs(contributions),
        "maps": random.normal(size=(images, 5, 7)).astype(np.float32),
        "channels": np.concatenate([order[:, :2], order[:, :-3:-1]], 1),
        "parts": random.normal(size=(images, 4, 5, 7)).astype(np.float32),
        "without": np.tile(np.float32([1.0, 4.0]), (images, 1)),
        "random": np.tile(np.float32([2.9, 3.1]), (images, 1)),
        "ranked": (30, 40),
        "mean_contribution": random.normal(size=(2, 12)).astype(np.float32),
        "superiority": random.random(12).astype(np.float32),
        "mistaken": 7,
        "compared": 70,
    }
    return ContrastResult(**values | more)


def _gallery(panel: Panel) -> Gallery:
    assert isinstance(panel.content, Gallery)
    return panel.content


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_images_with_their_difference_and_channels_and_a_table_of_channels(channels: int) -> None:
    shown, parts, ranking = draw(_found(channels=channels))
    gallery = _gallery(shown)
    assert "cat from dog" in shown.title
    assert gallery.columns == ("image", "difference")
    assert _gallery(parts).columns == ("image", "for cat", "for cat", "for dog", "for dog")
    assert [len(row) for row in _gallery(parts).tiles] == [5] * 4
    assert gallery.tiles[0][0].caption == "cat 2.0 · dog −1.0"
    assert gallery.tiles[0][1].caption == "+3.0"
    assert gallery.rows == ("cat", "dog", "cat", "dog")
    assert "7 of 70" in shown.note
    assert isinstance(ranking.content, Table)
    assert len(ranking.content.rows) == len(ranking.content.texts) == 10
    apart = [abs(float(row[1])) for row in ranking.content.rows]
    assert apart == sorted(apart, reverse=True)


def test_each_row_has_one_scale_around_zero() -> None:
    found = _found()
    for panel, values in zip(draw(found)[:2], (found.maps, found.parts), strict=True):
        reach = np.abs(values[0]).max()
        assert _gallery(panel).scales[0].low == f"−{reach:.1f}"
        assert _gallery(panel).scales[0].high == f"{reach:.1f}"


def test_colours_tell_the_sign_and_zero_leaves_the_image() -> None:
    image = np.full((20, 20, 1), 128, np.uint8)
    found = signed_overlay(image, np.float32([[1, 0, -1]]), 1.0, smooth=False).astype(int)
    red, clear, blue = found[150, 30], found[150, 150], found[150, 270]
    assert red[0] > red[2] + 20
    assert blue[2] > blue[0] + 20
    assert (clear == 128).all()
    assert (signed_overlay(image, np.zeros((2, 2)), 0.0) == 128).all()


def test_the_verdict_says_what_the_channels_are_worth_beside_others() -> None:
    found = _found()
    verdict = draw(found)[1].verdict
    assert "changes by −2.0" in verdict
    assert "by −0.10" in verdict
    assert "more than others do" in verdict
    random = draw(replace(found, random=found.without))[1].verdict
    assert "do not read them" in random
    few = draw(_found(images=2))[1].verdict
    assert "−2.0" in few
    assert "others do" not in few
    unknown = np.full((4, 2), np.nan, np.float32)
    assert draw(replace(found, random=unknown))[1].verdict == ""


def test_contributions_that_add_up_to_the_other_class_are_warned_of() -> None:
    found = _found()
    assert draw(found)[0].warnings == ()
    assert "4 images of 4" in draw(replace(found, contributions=-found.contributions))[0].warnings[0]


def test_pairs_of_each_images_own_have_no_ranking() -> None:
    pairs = np.array([[0, 1], [2, 1], [1, 0], [0, 2]])
    nothing = {"ranked": (0, 0), "mean_contribution": np.zeros((2, 0)), "superiority": np.zeros(0), "compared": 0}
    shown, parts = draw(_found(common=False, pairs=pairs, labels=np.full(4, -1), **nothing))
    gallery = _gallery(shown)
    assert gallery.rows == ()
    assert _gallery(parts).columns[1] == "for the first"
    assert gallery.tiles[1][0].caption.startswith("owl")


def test_a_map_of_zeros_says_that_there_is_no_difference() -> None:
    found = _found(maps=np.zeros((4, 5, 7), np.float32))
    assert _gallery(draw(found)[0]).tiles[0][1].flag == "no difference at this layer"


def test_panels_are_drawn_in_either_language_with_the_same_pictures() -> None:
    drawn = []
    for name in ("en", "es"):
        with language(name):
            drawn.append(draw(_found()))
    assert [type(panel.content) for panel in drawn[0]] == [type(panel.content) for panel in drawn[1]]
    assert (_gallery(drawn[0][1]).tiles[0][2].image == _gallery(drawn[1][1]).tiles[0][2].image).all()
