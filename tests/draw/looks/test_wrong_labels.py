"""Suspect labels drawn: what an image is called and what it looks like, one by one and by class."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from trasluz.draw.looking import draw
from trasluz.draw.panel import Gallery, Table
from trasluz.look.looks.wrong_labels import WrongLabelsResult

FOUND = WrongLabelsResult(
    examined=100,
    of=400,
    too_few=("fox",),
    accuracy=0.9,
    by_heart=False,
    by_pictures=False,
    held_out=np.array([0.91, 0.9]),
    auc=np.array([0.95, 0.93, 0.97]),
    cleared=0.98,
    trust="good",
    rate=np.array([0.04, 0.02, 0.07]),
    suspects=3,
    false_alarms=0.4,
    rows=np.array([40, 7, 12]),
    names=("a.png", "b.png", "c.png"),
    given=np.array([0, 0, 1]),
    suggested=np.array([1, 1, 0]),
    confidence=np.array([[0.01, 0.98], [0.1, 0.9], [0.2, 0.7]]),
    wrong=np.array([0.99, 0.9, 0.7]),
    pairs=np.array([[0, 2], [1, 0]]),
    counts=np.array([60, 40]),
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
    assert "about 0.40 of these are expected to be right" in gallery.verdict
    assert "left out: fox" in gallery.note
    assert "the network's features" in gallery.note
    assert "100 of 400 training images" in gallery.note
    assert isinstance(table.content, Table)
    assert table.content.rows[0] == ("a.png", "cat", "dog", 0.01, 0.98, 0.99)
    assert isinstance(classes.content, Table)
    assert [row[0] for row in classes.content.rows] == ["cat", "dog"]
    assert classes.content.rows[0][2:] == (2, 2 / 60, "dog")


def test_without_images_the_table_carries_the_words() -> None:
    table, _classes = draw(dataclasses.replace(FOUND, images=np.empty((0, 1, 1, 1), np.uint8)))
    assert "3 are suspect" in table.verdict
    assert table.note


def _nothing(**changes: Any) -> WrongLabelsResult:
    none = {"rows": FOUND.rows[:0], "given": FOUND.given[:0], "suggested": FOUND.given[:0], "names": ()}
    return dataclasses.replace(
        FOUND, suspects=0, pairs=np.zeros((2, 2), np.int64), false_alarms=0.0, **{**none, **changes}
    )


def test_without_a_suspect_that_is_said() -> None:
    (classes,) = draw(_nothing())
    assert classes.verdict == "No training label is suspect."
    assert isinstance(classes.content, Table)
    assert {row[4] for row in classes.content.rows} == {"–"}


def test_a_probe_that_may_not_suspect_is_the_reason_given() -> None:
    (weak,) = draw(_nothing(trust="weak", auc=np.array([0.68, 0.6, 0.7])))
    assert "too badly" in weak.verdict
    assert "0.68" in weak.verdict
    (chance,) = draw(_nothing(trust="chance", auc=np.array([0.5, 0.4, 0.6])))
    assert "not sure (area under its ROC curve: 0.50, 95 % interval 0.40 to 0.60" in chance.verdict


def test_what_the_probe_reads_is_said() -> None:
    (learned,) = draw(_nothing(by_heart=True, by_pictures=True))
    assert "learned labels by heart" in learned.note
    (unknown,) = draw(_nothing(by_heart=True, by_pictures=True, held_out=np.empty(0)))
    assert "without validation images" in unknown.note
    (both,) = draw(_nothing(by_pictures=True))
    assert "cannot say whether" in both.note
