"""Which images a look is shown when nobody chose any."""

from __future__ import annotations

import numpy as np

from trasluz.data.data import Data
from trasluz.look.shown import few_of_each_class, from_rows


def made(labels: list[int] | None) -> Data:
    samples = np.zeros((6, 2, 2, 1), np.uint8)
    known = None if labels is None else np.array(labels)
    return Data("made", "image", samples, {"valid": np.arange(6)}, labels=known, classes=("a", "b", "c"))


def test_classes_take_turns_before_a_second_of_any_is_shown() -> None:
    rows = few_of_each_class(made([0, 0, 0, 1, 2, 1]), np.arange(6), 4)
    assert rows.tolist() == [0, 1, 3, 4]  # one of each, then the second of the first class; by class


def test_without_labels_the_first_are_shown() -> None:
    data = made(None)
    assert few_of_each_class(data, np.array([5, 3, 1]), 2).tolist() == [5, 3]
    assert from_rows(data, np.array([5, 3])).labels.tolist() == [-1, -1]
