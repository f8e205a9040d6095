"""A network that knows its training labels by heart is found out by samples that did not train it."""

from __future__ import annotations

import numpy as np

from trasluz.look.classes.label_noise import LabelNoise
from trasluz.look.classes.suspicion import Suspicion
from trasluz.look.classes.views import HeldOut, asks_pictures, held_out, sees_more


def test_a_gap_beyond_chance_is_learned_by_heart() -> None:
    assert HeldOut(0.95, 1000, 0.85, 500).by_heart
    assert not HeldOut(0.95, 1000, 0.94, 500).by_heart
    assert not HeldOut(0.95, 1000, 0.85, 20).by_heart  # two of twenty more: chance


def test_with_nothing_held_out_nobody_can_say_that_it_does_not() -> None:
    said = np.array([0, 1, 1])
    assert held_out(said, said, said[:0], said[:0]).by_heart
    found = held_out(said, np.array([0, 1, 0]), said, said)
    assert (found.trained, found.trained_count, found.held_out, found.held_out_count) == (2 / 3, 3, 1.0, 3)


def _judged(doubt: float, at_least: float, suspects: int = 20) -> tuple[Suspicion, np.ndarray]:
    """Of 200 labels 20 are wrong, of which the share ``doubt`` is not believed; the noise is ``at_least`` so much."""
    labels = np.zeros(200, np.int64)
    belief = np.tile([0.9, 0.1], (200, 1))
    belief[: round(20 * doubt)] = [0.2, 0.8]
    wrong = np.zeros(200)
    wrong[:20] = 0.9
    noise = LabelNoise(at_least, at_least, 0.2, 1.0, belief[:, 0], wrong, 1 - labels, belief)
    return Suspicion(noise, (0.95, 0.9, 0.97), 0.97, "good", np.arange(suspects)), labels


def test_pictures_are_asked_where_labels_are_doubted_without_a_reason() -> None:
    assert asks_pictures(*_judged(1.0, 0.0))
    assert not asks_pictures(*_judged(1.0, 0.05))  # the network's features know that labels are wrong
    assert not asks_pictures(*_judged(0.1, 0.0))  # two of two hundred: hardly anything is doubted


def test_pictures_are_believed_where_the_network_doubts_the_same_labels() -> None:
    network, labels = _judged(1.0, 0.0)
    assert sees_more(_judged(1.0, 0.05)[0], network, labels)
    assert not sees_more(_judged(1.0, 0.0)[0], network, labels)  # they are not sure of any noise
    assert not sees_more(_judged(1.0, 0.05)[0], _judged(0.3, 0.0)[0], labels)  # it knows better: images are hard
    assert not sees_more(_judged(1.0, 0.05, suspects=0)[0], network, labels)
