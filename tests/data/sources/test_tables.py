"""The embedded and generated tables: the same numbers on every machine, and what they are for."""

from __future__ import annotations

import numpy as np

from tests.data.conftest import Open


def test_iris_has_its_flowers_names_and_one_pair_of_twins(opened: Open) -> None:
    data = opened("iris")
    assert data.samples.shape == (150, 4)
    assert data.classes == ("setosa", "versicolor", "virginica")
    assert data.features[0] == "sepal length (cm)"
    np.testing.assert_allclose(data.samples[0], [5.1, 3.5, 1.4, 0.2])
    assert data.audit["exact_duplicates"]["within"] == {"train": 1}


def test_the_tumours_have_their_measures_and_are_called_by_their_diagnosis(opened: Open) -> None:
    data = opened("breast-cancer")
    assert (data.kind, data.samples.shape) == ("table", (569, 30))
    assert data.classes == ("benign", "malignant")
    assert data.labels is not None
    assert np.bincount(data.labels).tolist() == [357, 212]  # as UCI says
    assert (data.features[0], data.features[-1]) == ("mean radius", "worst fractal dimension")
    np.testing.assert_allclose(data.samples[0, :3], [17.99, 10.38, 122.8])
    assert data.classes[data.labels[0]] == "malignant"


def test_the_ring_is_the_notebooks_and_lies_nearly_in_a_plane(opened: Open) -> None:
    data = opened("ring-3d")
    random = np.random.RandomState(42)
    angles = (random.rand(60) ** 3 + 0.5) * 2 * np.pi
    flat = np.stack([np.cos(angles), 0.5 * np.sin(angles), 0 * angles], 1) + 0.28 * random.randn(60, 3)
    turn = np.array([np.pi / 29, -np.pi / 20, np.pi / 4])
    angle = np.linalg.norm(turn)
    x, y, z = turn / angle
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    rotation = np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross  # Rodrigues
    np.testing.assert_allclose(data.samples, flat @ rotation.T + [0.2, 0, 0.2])
    assert (data.kind, data.labels, data.features) == ("table", None, ("x", "y", "z"))


def test_the_blobs_can_be_told_apart_by_a_line_with_room_to_spare(opened: Open) -> None:
    data = opened("two-blobs")
    assert data.labels is not None
    side = (data.samples - [0.5, 0.5]) @ [0.8, 0.6] * np.where(data.labels == 1, 1, -1)
    assert side.min() >= 0.04
    assert 0 <= data.samples.min() <= data.samples.max() <= 1
    assert 30 < np.bincount(data.labels)[0] < 70
