"""The entropy of a map's histogram against NumPy's histogram and SciPy's entropy."""

from __future__ import annotations

import numpy as np
from scipy.stats import entropy

from trasluz.look.checks.map_complexity import histogram_entropy, relative_rise


def test_it_is_the_entropy_of_the_histogram() -> None:
    maps = np.random.default_rng(0).normal(size=(4, 2, 9, 13)) ** 3
    found = histogram_entropy(maps, bins=20)
    for index in np.ndindex(4, 2):
        counts, _edges = np.histogram(maps[index], bins=20)
        np.testing.assert_allclose(found[index], entropy(counts), rtol=1e-12)


def test_a_flat_map_has_none_whatever_its_height_and_scale_changes_nothing() -> None:
    assert histogram_entropy(np.full((1, 3, 3), 7.0)).tolist() == [0.0]
    assert histogram_entropy(np.zeros((2, 1, 1))).tolist() == [0.0, 0.0]
    maps = np.random.default_rng(0).random((3, 8, 8))
    np.testing.assert_allclose(histogram_entropy(5 * maps - 2), histogram_entropy(maps), rtol=1e-6)


def test_the_rise_is_relative_and_unknown_where_there_was_nothing() -> None:
    np.testing.assert_allclose(relative_rise(np.array([2.0, 4.0]), np.array([[3.0, 3.0]])), [[0.5, -0.25]])
    assert np.isnan(relative_rise(np.zeros(1), np.ones(1))).all()
