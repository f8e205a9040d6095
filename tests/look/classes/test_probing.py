"""Probing: probes against scikit-learn, effective ranks and intervals against closed forms, depth by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from trasluz.look.classes.probing import effective_rank, paired_difference, probe, settled_at


@pytest.mark.parametrize("width", [64, 20, 5])
def test_a_probe_is_as_good_as_scikit_learns_logistic_regression(width: int) -> None:
    digits = load_digits()
    mixing = np.eye(64) if width == 64 else np.random.default_rng(0).normal(size=(64, width))
    features = (digits.data @ mixing).astype(np.float32)
    train, test = slice(0, 1000), slice(1000, None)
    said = probe(features[train], digits.target[train], features[test], 10)
    scaler = StandardScaler().fit(features[train])
    other = LogisticRegression(max_iter=2000, tol=1e-6).fit(scaler.transform(features[train]), digits.target[train])
    expected = other.predict(scaler.transform(features[test]))
    truth = digits.target[test]
    assert abs((said == truth).mean() - (expected == truth).mean()) <= 0.005
    assert (said == expected).mean() >= 0.99


def test_features_that_say_nothing_give_the_most_frequent_class() -> None:
    labels = np.array([0, 1, 1, 1])
    assert probe(np.ones((4, 3), np.float32), labels, np.ones((2, 3), np.float32), 3).tolist() == [1, 1]


def test_a_class_without_samples_is_never_said() -> None:
    features = np.random.default_rng(0).normal(size=(60, 4)).astype(np.float32)
    labels = (features[:, 0] > 0).astype(np.int64) * 2
    assert set(probe(features, labels, features, 3)) == {0, 2}


@pytest.mark.parametrize("count", [3, 40])
def test_directions_of_equal_strength_all_count(count: int) -> None:
    orthonormal = np.concatenate([np.eye(count), -np.eye(count)])
    assert effective_rank(orthonormal) == pytest.approx(count)


def test_one_direction_has_rank_one_and_equal_rows_have_none() -> None:
    line = np.outer(np.arange(9.0), [1.0, -2.0, 3.0])
    assert effective_rank(line) == pytest.approx(1, abs=1e-5)
    assert effective_rank(np.ones((5, 3))) == 0


def test_two_unequal_directions_have_the_entropy_of_their_shares() -> None:
    features = np.array([[3.0, 0], [-3, 0], [0, 1], [0, -1]])  # singular values 3√2 and √2: shares 3/4 and 1/4
    expected = math.exp(-(0.75 * math.log(0.75) + 0.25 * math.log(0.25)))
    assert effective_rank(features) == pytest.approx(expected)


def test_the_effective_rank_does_not_depend_on_which_side_is_longer() -> None:
    wide = np.random.default_rng(0).normal(size=(12, 50))
    values = np.linalg.svd(wide - wide.mean(0), compute_uv=False)[:11]
    shares = values / values.sum()
    assert effective_rank(wide) == pytest.approx(float(np.exp(-(shares * np.log(shares)).sum())))
    assert effective_rank(np.concatenate([wide] * 6)) == pytest.approx(effective_rank(wide))


def test_an_image_is_decided_where_it_is_right_and_stays_right() -> None:
    right = np.array(
        [
            [True, True, False, False, True],
            [True, False, True, False, True],
            [True, True, True, True, False],
        ]
    )
    assert settled_at(right).tolist() == [0, 2, 1, 2, 3]


def test_a_paired_difference_has_the_interval_of_agresti_and_min() -> None:
    before = np.array([True] * 50 + [False] * 50)
    after = np.array([True] * 45 + [False] * 5 + [True] * 15 + [False] * 35)
    gain, low, high = paired_difference(before, after)
    centre = (15 - 5) / 102
    error = math.sqrt((15 + 5 + 1) - (15 - 5) ** 2 / 102) / 102  # Agresti and Min 2005, section 3
    assert gain == pytest.approx(0.1)
    assert (low, high) == pytest.approx((centre - 1.959964 * error, centre + 1.959964 * error))


def test_few_images_that_gain_nothing_claim_nothing() -> None:
    same = np.ones(4, bool)
    gain, low, high = paired_difference(same, same)
    assert gain == 0
    assert low < -0.2 < 0.2 < high <= 1
