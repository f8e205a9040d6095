"""A network that knows its training labels by heart is found out by samples that did not train it."""

from __future__ import annotations

import numpy as np

from trasluz.look.classes.views import HeldOut, held_out


def test_a_gap_beyond_chance_is_learned_by_heart() -> None:
    assert HeldOut(0.95, 1000, 0.85, 500).by_heart
    assert not HeldOut(0.95, 1000, 0.94, 500).by_heart
    assert not HeldOut(0.95, 1000, 0.85, 20).by_heart  # two of twenty more: chance


def test_with_nothing_held_out_nobody_can_say_that_it_does_not() -> None:
    said = np.array([0, 1, 1])
    assert held_out(said, said, said[:0], said[:0]).by_heart
    found = held_out(said, np.array([0, 1, 0]), said, said)
    assert (found.trained, found.trained_count, found.held_out, found.held_out_count) == (2 / 3, 3, 1.0, 3)
