"""The same images through several models: a column each, what cannot be done left out, mistakes flagged."""

from __future__ import annotations

import numpy as np
import pytest

from trasluz.draw.panel import Gallery, Panel
from trasluz.draw.side_by_side import side_by_side
from trasluz.look.through import Through

IMAGES = np.random.default_rng(0).integers(0, 256, (3, 9, 7, 3), dtype=np.uint8)
NAMES = ("10", "11", "12")


def _answers(*said: int, classes: tuple[str, ...] = ("cat", "dog"), maps: bool = False) -> Through:
    sure = np.full((len(said), len(classes)), 0.1, np.float32)
    sure[np.arange(len(said)), said] = 0.9
    places = np.ones((len(said), 3, 3), np.float32) if maps else None
    return Through(IMAGES[: len(said)], classes, probabilities=sure, maps=places)


def _gallery(panel: Panel) -> Gallery:
    assert isinstance(panel.content, Gallery)
    return panel.content


def test_each_run_is_a_column_and_a_wrong_answer_is_flagged() -> None:
    sides = {"one": _answers(0, 1, 1), "two": _answers(0, 0, 1, maps=True)}
    (panel,) = side_by_side(sides, NAMES, ("cat", "dog", "cat"))
    gallery = _gallery(panel)
    assert gallery.columns == ("image", "one", "two")
    assert gallery.rows == ("cat", "dog", "cat")
    assert [[tile.flag for tile in row[1:]] for row in gallery.tiles] == [["", ""], ["", "wrong"], ["wrong", "wrong"]]
    assert gallery.tiles[0][1].caption.startswith("cat 90")
    assert gallery.tiles[0][1].native is None
    assert gallery.tiles[0][2].native is not None
    assert "same answer for 2 of these 3" in panel.verdict


def test_classes_of_other_data_are_neither_wrong_nor_compared() -> None:
    sides = {"one": _answers(0, 1, 1), "two": _answers(0, 0, 1, classes=("shoe", "bag"))}
    (panel,) = side_by_side(sides, NAMES, ("cat", "dog", "dog"))
    assert panel.verdict == ""
    assert not any(row[2].flag for row in _gallery(panel).tiles)


def test_several_labels_are_listed_and_none_is_a_dash() -> None:
    sure = np.float32([[0.9, 0.7, 0.1], [0.2, 0.3, 0.1]])
    side = Through(IMAGES[:2], ("a", "b", "c"), multi_label=True, probabilities=sure)
    (panel,) = side_by_side({"one": side, "two": side}, NAMES[:2], ("a, b", ""))
    first, second = (row[1].caption for row in _gallery(panel).tiles)
    assert first.startswith("a 90")
    assert "b 70" in first
    assert second == "–"


def test_a_map_of_nothing_says_so() -> None:
    side = _answers(0)
    empty = Through(side.images, side.classes, probabilities=side.probabilities, maps=-np.ones((1, 2, 2), np.float32))
    (panel,) = side_by_side({"one": empty, "two": side}, ("1",), ("",))
    assert _gallery(panel).tiles[0][1].flag == "no positive evidence"
    assert _gallery(panel).rows == ()


def test_reconstructions_and_samples_say_that_they_were_made() -> None:
    rebuilt = Through(IMAGES, reconstructions=IMAGES, errors=np.float32([0.011, 0.021, 0.031]))
    makes = Through(IMAGES, samples=IMAGES)
    first, second = side_by_side({"one": rebuilt, "two": makes}, NAMES, ("", "", ""))
    assert _gallery(first).columns == ("image", "one")
    assert [row[1].made for row in _gallery(first).tiles] == ["reconstructed"] * 3
    assert [row[1].caption for row in _gallery(first).tiles] == ["0.0110", "0.0210", "0.0310"]
    assert _gallery(second).rows == ("two",)
    assert {tile.made for tile in _gallery(second).tiles[0]} == {"generated"}


@pytest.mark.parametrize("shape", [(1, 1, 1), (5, 300, 1), (2, 3, 4)])
def test_images_of_any_size_and_channels_are_shown(shape: tuple[int, int, int]) -> None:
    images = np.zeros((1, *shape), np.uint8)
    side = Through(images, ("a",), probabilities=np.ones((1, 1), np.float32), maps=np.ones((1, 1, 1), np.float32))
    (panel,) = side_by_side({"one": side, "two": side}, ("0",), ("a",))
    original, first, _second = _gallery(panel).tiles[0]
    assert original.image.shape == shape
    assert max(first.image.shape) <= 336


def test_nothing_to_show_is_no_panel() -> None:
    assert side_by_side({"one": Through(IMAGES[:0]), "two": Through(IMAGES[:0])}, (), ()) == ()
