"""Confident learning against its equations, spelled out in loops, and out-of-fold probabilities that never saw."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import softmax
from sklearn.linear_model import LogisticRegression

from trasluz.look.classes.confident import _COST, FOLDS, _folds, confident, out_of_fold
from trasluz.reporting import Task


def made(n: int = 300, k: int = 4) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    labels = rng.integers(0, k, n)
    return softmax(rng.normal(size=(n, k)) + 1.5 * np.eye(k)[labels], axis=1), labels


def test_the_confident_joint_is_that_of_the_paper() -> None:
    p, labels = made()
    n, k = p.shape
    thresholds = [np.mean([p[i, j] for i in range(n) if labels[i] == j]) for j in range(k)]
    counts = np.zeros((k, k))
    counted = np.full(n, -1)
    for i in range(n):
        above = [j for j in range(k) if p[i, j] >= thresholds[j]]
        if above:
            counted[i] = max(above, key=lambda j: p[i, j])
            counts[labels[i], counted[i]] += 1
    calibrated = np.array([counts[i] / counts[i].sum() * (labels == i).sum() for i in range(k)])
    calibrated *= n / calibrated.sum()
    found = confident(p, labels)
    np.testing.assert_allclose(found.thresholds, thresholds)
    np.testing.assert_array_equal(found.counted, counted)
    np.testing.assert_allclose(found.joint, calibrated)
    assert found.wrong == pytest.approx(calibrated.sum() - np.trace(calibrated))


def test_the_joint_estimates_planted_noise_of_a_perfect_model() -> None:
    """With probabilities that know the truth, the estimate is exact whatever the noise between classes is."""
    rng = np.random.default_rng(1)
    truth = np.repeat(np.arange(3), 100)
    given = np.where(rng.random(300) < 0.2, (truth + 1) % 3, truth)
    found = confident(np.eye(3)[truth] * 0.98 + 0.01, given)
    expected = np.zeros((3, 3))
    np.add.at(expected, (given, truth), 1)
    np.testing.assert_allclose(found.joint, expected)
    np.testing.assert_array_equal(found.suggested, np.where(given != truth, truth, -1))


def test_of_each_class_as_many_are_suspect_as_are_estimated_to_be_wrong_the_least_believed() -> None:
    p, labels = made()
    found = confident(p, labels)
    for j in range(4):
        doubted = [i for i in range(len(p)) if labels[i] == j and p[i].argmax() != j]
        count = min(round(found.joint[j].sum() - found.joint[j, j]), len(doubted))
        worst = sorted(doubted, key=lambda i: p[i, labels[i]])[:count]
        assert sorted(worst) == np.flatnonzero((labels == j) & (found.suggested >= 0)).tolist()


def test_no_sample_counts_as_of_a_class_without_samples() -> None:
    p, labels = made()
    found = confident(p, np.where(labels == 3, 0, labels))
    assert np.isinf(found.thresholds[3])
    assert not (found.counted == 3).any()


def test_each_sample_is_judged_by_a_probe_that_the_others_taught() -> None:
    rng = np.random.default_rng(2)
    labels = np.repeat(np.arange(3), 20)
    features = (rng.normal(size=(60, 4)) + labels[:, None]).astype(np.float32)
    found = out_of_fold(features, labels, 3, Task())
    fold = _folds(labels)
    for number in range(FOLDS):
        out = fold == number
        mean, spread = features[~out].mean(0), features[~out].std(0)
        judge = LogisticRegression(C=_COST, tol=1e-8, max_iter=2000).fit((features[~out] - mean) / spread, labels[~out])
        np.testing.assert_allclose(found[out], judge.predict_proba((features[out] - mean) / spread), atol=2e-3)


def test_every_class_is_spread_evenly_over_the_folds() -> None:
    labels = np.array([0] * 50 + [1] * 10 + [2] * 7)
    counts = [np.bincount(_folds(labels)[labels == c], minlength=FOLDS) for c in range(3)]
    assert all(count.max() - count.min() <= 1 for count in counts)


def test_constant_features_say_the_shares_of_the_classes() -> None:
    labels = np.array([0] * 30 + [1] * 10)
    found = out_of_fold(np.ones((40, 3), np.float32), labels, 2, Task())
    np.testing.assert_allclose(found, np.tile([0.75, 0.25], (40, 1)), atol=0.02)
