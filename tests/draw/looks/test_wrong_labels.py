"""Suspect labels drawn: what an image is called and what it looks like, one by one and by class."""

from __future__ import annotations

import dataclasses

import numpy as np

from trasluz.draw.looking import draw
from trasluz.draw.panel import Gallery, Table
from trasluz.look.looks.wrong_labels import WrongLabelsResult

FOUND = WrongLabelsResult(
    examined=100,
    of=400,
    accuracy=0.9,
    suspects=3,
    expected=4.2,
    surest=10,
    surest_wrong=1,
    rows=np.array([40, 7, 12]),
    names=("a.png", "b.png", "c.png"),
    given=np.array([0, 0, 1]),
    suggested=np.array([1, 1, 0]),
    confidence=np.array([[0.01, 0.98], [0.1, 0.9], [0.2, 0.7]]),
    pairs=np.array([[57.0, 3.0], [1.2, 38.8]]),
    classes=("cat", "dog"),
    images=np.zeros((2, 5, 9, 4), np.uint8),
)


def test_images_say_their_label_and_what_they_rather_are() -> None:
    gallery, table, classes = draw(FOUND)
    assert isinstance(gallery.content, Gallery)
    assert [tile.caption for tile in gallery.content.tiles[0]] == [
        "cat, rather dog (98\u202f%)",
        "cat, rather dog (90\u202f%)",
    ]
    assert "Of 100 training labels 3 are suspect" in gallery.verdict
    assert "100 of 400 training images" in gallery.note
    assert isinstance(table.content, Table)
    assert table.content.rows[0] == ("a.png", "cat", "dog", 0.01, 0.98)
    assert isinstance(classes.content, Table)
    assert [row[0] for row in classes.content.rows] == ["cat", "dog"]
    assert classes.content.rows[0][2:] == (3.0, 0.05, "dog")


def test_without_images_the_table_carries_the_words() -> None:
    table, _classes = draw(dataclasses.replace(FOUND, images=np.empty((0, 1, 1, 1), np.uint8)))
    assert "3 are suspect" in table.verdict
    assert table.note


def test_without_a_suspect_that_is_said() -> None:
    nothing = {"rows": FOUND.rows[:0], "given": FOUND.given[:0], "suggested": FOUND.given[:0], "names": ()}
    clean = dataclasses.replace(FOUND, suspects=0, pairs=np.diag([60.0, 40.0]), expected=0.0, **nothing)
    (classes,) = draw(clean)
    assert classes.verdict == "No training label is suspect."
    assert isinstance(classes.content, Table)
    assert {row[4] for row in classes.content.rows} == {"–"}
