"""How far apart classes lie: against scikit-learn's neighbours, on codes where the answer is known."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.model_selection import LeaveOneOut, cross_val_score
from sklearn.neighbors import KNeighborsClassifier, NearestNeighbors

from trasluz.look.latent.separation import density, linear_probe, nearest_neighbours
from trasluz.metrics.intervals import wilson


def test_leave_one_out_neighbours_are_scikit_learns() -> None:
    codes, labels = load_iris(return_X_y=True)
    scores = cross_val_score(KNeighborsClassifier(5), codes, labels, cv=LeaveOneOut())
    found = nearest_neighbours(codes.astype(np.float32), labels.astype(np.int64))
    assert found is not None
    assert found.value == pytest.approx(scores.mean(), abs=1 / 150)  # iris holds copies, whose order is free
    assert (found.low, found.high) == wilson(round(found.value * 150), 150)
    assert found.chance == pytest.approx(1 / 3)


def test_copies_of_a_code_are_its_neighbours_and_it_is_not() -> None:
    codes = np.zeros((12, 2), np.float32)
    labels = np.array([0] * 11 + [1])
    found = nearest_neighbours(codes, labels)
    assert found is not None
    assert found.value == 11 / 12


def test_classes_that_a_line_parts_are_read_off_and_shuffled_ones_are_not() -> None:
    noise = np.random.default_rng(0)
    codes = noise.normal(size=(400, 6)).astype(np.float32)
    apart = (codes[:, 0] > 0).astype(np.int64)
    found, shuffled = linear_probe(codes, apart), linear_probe(codes, noise.permutation(apart))
    assert found is not None
    assert shuffled is not None
    assert found.value > 0.95
    assert shuffled.low < shuffled.chance < shuffled.high


def test_a_code_wider_than_the_images_are_many_does_not_fool_the_probe() -> None:
    noise = np.random.default_rng(0)
    codes = noise.normal(size=(60, 500)).astype(np.float32)
    found = linear_probe(codes, np.arange(60) % 2)
    assert found is not None
    assert found.low < 0.5


@pytest.mark.parametrize("labels", [np.full(40, -1), np.zeros(40, np.int64)])
def test_without_two_classes_there_is_nothing_to_measure(labels: np.ndarray) -> None:
    codes = np.random.default_rng(0).normal(size=(40, 3)).astype(np.float32)
    assert nearest_neighbours(codes, labels) is None
    assert linear_probe(codes, labels) is None


def test_density_is_the_closeness_of_the_nearest_five() -> None:
    codes = np.random.default_rng(0).normal(size=(50, 3)).astype(np.float32)
    apart = NearestNeighbors(n_neighbors=6).fit(codes).kneighbors(codes)[0][:, 1:].mean(1)
    np.testing.assert_allclose(density(codes), -np.log(apart), rtol=1e-4)


def test_density_of_placed_and_of_equal_codes_is_finite() -> None:
    codes = np.concatenate([np.zeros((8, 2)), np.ones((1, 2))]).astype(np.float32)
    assert np.isfinite(density(codes, codes[:3])).all()
    assert density(codes, codes[:3]).shape == (12,)
    assert density(codes[:1]).tolist() == [0.0]
