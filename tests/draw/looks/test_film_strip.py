"""The film strip drawn: a column per frame, what the model has, and nothing else."""

from __future__ import annotations

import dataclasses

import numpy as np

from trasluz.draw.looking import draw
from trasluz.draw.panel import Gallery
from trasluz.look.looks.film_strip import FilmStripResult
from trasluz.messages import language

_NONE = np.zeros(0, np.float32)
_SURE = np.array([[[0.4, 0.6], [0.3, 0.7]], [[0.9, 0.1], [0.2, 0.8]]], np.float32)
CLASSIFIER = FilmStripResult(
    epochs=np.array([0, 3]),
    steps=np.array([0, 30]),
    rows=np.array([7, 9]),
    images=np.full((2, 6, 4, 3), 100, np.uint8),
    labels=np.array([0, 1]),
    classes=("cat", "dog"),
    reconstructions=_NONE,
    error=_NONE,
    samples=_NONE,
    probabilities=_SURE,
    maps=np.arange(24, dtype=np.float32).reshape(2, 2, 3, 2) - 3,
    chosen=np.array([[0, 1], [0, 1]]),
    layer="net.conv",
)
REBUILT = dataclasses.replace(
    CLASSIFIER,
    probabilities=_NONE,
    maps=_NONE,
    chosen=_NONE,
    reconstructions=np.zeros((2, 2, 6, 4, 3), np.uint8),
    error=np.array([[0.2, 0.4], [0.01, 0.03]], np.float32),
    samples=np.zeros((2, 5, 6, 4, 3), np.uint8),
)


def test_maps_have_a_column_per_frame_and_mark_what_was_taken_for_another_class() -> None:
    maps, _sure = draw(CLASSIFIER)
    gallery = maps.content
    assert isinstance(gallery, Gallery)
    assert gallery.columns == ("image", "before training", "epoch 3")
    assert [len(row) for row in gallery.tiles] == [3, 3]
    assert [tile.flag for tile in gallery.tiles[0]] == ["", "dog", ""]
    assert gallery.tiles[1][2].caption == "80\u202f%"
    assert gallery.rows == ("cat (14)", "dog (20)")


def test_the_figure_follows_the_probability_of_each_image_s_own_class() -> None:
    sure = draw(CLASSIFIER)[1]
    lines = sure.content.data  # type: ignore[union-attr]  # a figure
    assert [list(line.x) for line in lines] == [[0, 3]] * 2
    assert [[round(y, 2) for y in line.y] for line in lines] == [[0.4, 0.9], [0.7, 0.8]]
    assert "1 were recognised in the first frame and 2 in the last" in sure.verdict


def test_reconstructions_say_how_their_error_fell_and_images_say_that_they_were_made() -> None:
    rebuilt, samples = draw(REBUILT)
    assert "from 0.300 to 0.0200" in rebuilt.verdict
    assert isinstance(rebuilt.content, Gallery)
    assert isinstance(samples.content, Gallery)
    assert [tile.made for tile in rebuilt.content.tiles[0]] == ["", "reconstructed", "reconstructed"]
    assert len(samples.content.tiles) == 5
    assert {tile.made for row in samples.content.tiles for tile in row} == {"generated"}


def test_an_error_that_rose_again_is_said() -> None:
    rose = dataclasses.replace(REBUILT, error=REBUILT.error[::-1])
    assert "smallest, 0.0200, here: before training" in draw(rose)[0].verdict


def test_images_without_a_class_are_called_by_their_row_and_empty_maps_are_drawn() -> None:
    nameless = dataclasses.replace(CLASSIFIER, labels=np.array([-1, -1]), maps=np.full((2, 2, 1, 1), np.nan))
    maps, sure = draw(nameless)
    assert isinstance(maps.content, Gallery)
    assert maps.content.rows[0].startswith("image 7")
    assert all(not tile.flag for row in maps.content.tiles for tile in row)
    assert sure.verdict == ""


def test_it_speaks_the_language_in_force() -> None:
    with language("es"):
        assert len(draw(CLASSIFIER)) == 2
