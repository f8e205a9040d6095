"""The noise model against its formula, spelled out in loops, and against labels drawn from it."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.special import softmax
from sklearn.linear_model import LogisticRegression

from trasluz.look.classes.folds import FOLDS, folds
from trasluz.look.classes.label_noise import COST, label_noise, out_of_fold
from trasluz.reporting import Task


def drawn(
    rate: float, n: int = 3000, k: int = 4, temperature: float = 1.5, spread: float = 6.0, seed: int = 0
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Scores, labels given and true labels, as the model says that they come about."""
    rng = np.random.default_rng(seed)
    scores = spread * rng.normal(size=(n, k))
    likely = softmax(scores / temperature, axis=1)
    truth = (likely.cumsum(1) > rng.random((n, 1))).argmax(1)
    wrong = rng.random(n) < rate
    given = np.where(wrong, (truth + rng.integers(1, k, n)) % k, truth)
    return scores, given, truth


def test_the_probability_that_a_label_is_wrong_is_bayes_rule_at_the_lower_end() -> None:
    scores, labels, _truth = drawn(0.1, n=400)
    found = label_noise(scores, labels)
    for i in range(0, 400, 37):
        powers = [math.exp(score / found.temperature) for score in scores[i]]
        own = powers[labels[i]] / sum(powers)
        wrong = found.low * (1 - own) / 3
        assert found.wrong[i] == pytest.approx(wrong / (wrong + (1 - found.low) * own))
        assert found.rather[i] == max((j for j in range(4) if j != labels[i]), key=lambda j: scores[i][j])


@pytest.mark.parametrize("rate", [0.02, 0.1, 0.2])
def test_the_share_of_wrong_labels_and_the_temperature_are_recovered(rate: float) -> None:
    intervals = []
    for seed in range(10):
        scores, labels, _truth = drawn(rate, seed=seed)
        found = label_noise(scores, labels)
        assert found.rate == pytest.approx(rate, rel=0.35)
        assert found.temperature == pytest.approx(1.5, rel=0.2)
        intervals.append(found.low <= rate <= found.high)
    assert sum(intervals) >= 8


def test_labels_without_noise_are_hardly_suspect_however_hard_the_pictures() -> None:
    for spread in (1.0, 3.0, 12.0):
        scores, labels, _truth = drawn(0.0, spread=spread)
        found = label_noise(scores, labels)
        assert found.low <= 0.002
        assert (found.wrong >= 0.5).mean() <= 0.002


def test_the_likeliest_wrong_ones_come_first() -> None:
    scores, labels, truth = drawn(0.1)
    found = label_noise(scores, labels)
    assert (np.diff(found.wrong[found.order]) <= 0).all()
    planted = int((labels != truth).sum())
    assert (labels != truth)[found.order[:planted]].mean() >= 0.75


def test_each_sample_is_judged_by_a_probe_that_the_others_taught() -> None:
    rng = np.random.default_rng(2)
    labels = np.repeat(np.arange(3), 20)
    features = (rng.normal(size=(60, 4)) + labels[:, None]).astype(np.float32)
    fold = folds(labels, np.arange(60))
    scores, mean = out_of_fold(features, labels, fold, 3, Task(), features[:7])
    found, others = softmax(scores, axis=1), np.zeros((7, 3))
    for number in range(FOLDS):
        out = fold == number
        mean_of, spread = features[~out].mean(0), features[~out].std(0)
        taught = (features[~out] - mean_of) / spread
        judge = LogisticRegression(C=COST, tol=1e-8, max_iter=2000).fit(taught, labels[~out])
        np.testing.assert_allclose(found[out], judge.predict_proba((features[out] - mean_of) / spread), atol=2e-3)
        others += judge.decision_function((features[:7] - mean_of) / spread) / FOLDS
    np.testing.assert_allclose(softmax(mean, axis=1), softmax(others, axis=1), atol=2e-3)


def test_constant_features_say_the_shares_of_the_classes() -> None:
    labels = np.array([0] * 30 + [1] * 10)
    found, _others = out_of_fold(np.ones((40, 3), np.float32), labels, folds(labels, np.arange(40)), 2, Task())
    np.testing.assert_allclose(softmax(found, axis=1), np.tile([0.75, 0.25], (40, 1)), atol=0.02)
