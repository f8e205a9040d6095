"""A probe may suspect where it tells classes apart, wrong labels or not, and says how often it will be mistaken."""

from __future__ import annotations

import numpy as np
import pytest

from tests.look.classes.test_label_noise import drawn
from trasluz.look.classes.suspicion import suspicion


def two_classes(separation: float, rate: float, n: int = 1000) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Calibrated scores of two classes whose normal densities are so far apart; labels given and true."""
    rng = np.random.default_rng(3)
    truth = rng.integers(0, 2, n)
    given = np.where(rng.random(n) < rate, 1 - truth, truth)
    score = separation * (rng.normal(size=n) + separation * (truth - 0.5))
    return np.stack([-score / 2, score / 2], 1), given, truth


def test_a_good_probe_is_trusted_although_wrong_labels_spoil_its_area() -> None:
    scores, given, truth = two_classes(6.0, 0.2)
    found = suspicion(scores, given)
    assert found.auc[0] == pytest.approx(0.8, abs=0.03)  # of a perfect one: (1 − 2 · 0.2) / 2 + 1 / 2
    assert found.cleared >= 0.95
    assert found.trust == "good"
    assert (given != truth)[found.suspects].mean() >= 0.95
    assert len(found.suspects) >= 0.9 * (given != truth).sum()


def test_a_weak_probe_suspects_nothing_whether_labels_are_wrong_or_not() -> None:
    for rate in (0.0, 0.1):
        found = suspicion(*two_classes(0.7, rate)[:2])
        assert found.trust == "weak"
        assert not len(found.suspects)


def test_a_probe_at_chance_suspects_nothing_and_says_so() -> None:
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 3, 300)
    assert suspicion(np.zeros((300, 3)), labels).trust == "chance"
    found = suspicion(rng.normal(size=(300, 3)), labels)
    assert found.trust in ("chance", "weak")
    assert not len(found.suspects)


def test_as_many_suspects_are_right_as_are_expected_to_be() -> None:
    expected = mistaken = 0.0
    for seed in range(20):
        scores, given, truth = drawn(0.1, n=1000, spread=10.0, seed=seed)
        found = suspicion(scores, given)
        expected += found.false_alarms
        mistaken += float((given == truth)[found.suspects].sum())
    assert mistaken > 20
    assert expected == pytest.approx(mistaken, rel=0.35)
