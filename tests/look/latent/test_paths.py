"""Paths through a latent space, by what lines, arcs and normal quantiles are."""

from __future__ import annotations

import numpy as np
from scipy.stats import norm

from trasluz.look.latent.paths import along_dimensions, linear, normal_quantiles, over_plane, spherical

SHARES = np.linspace(0, 1, 7)


def test_a_line_starts_and_ends_at_its_codes_in_equal_steps() -> None:
    noise = np.random.default_rng(0)
    a, b = noise.normal(size=(2, 4, 5)).astype(np.float32)
    found = linear(a, b, SHARES)
    np.testing.assert_allclose(found[:, 0], a)
    np.testing.assert_allclose(found[:, -1], b)
    np.testing.assert_allclose(np.diff(found, axis=1), np.broadcast_to(((b - a) / 6)[:, None], (4, 6, 5)), atol=1e-6)


def test_an_arc_on_the_circle_has_the_angles_between() -> None:
    a, b = np.array([[1.0, 0.0]]), np.array([[np.cos(2.0), np.sin(2.0)]])
    found = spherical(a, b, SHARES)[0]
    np.testing.assert_allclose(found, np.stack([np.cos(2 * SHARES), np.sin(2 * SHARES)], 1), atol=1e-12)


def test_an_arc_between_draws_of_many_dimensions_keeps_their_length_where_the_line_loses_it() -> None:
    a, b = np.random.default_rng(1).normal(size=(2, 50, 400))
    middle_of_arc = np.linalg.norm(spherical(a, b, SHARES)[:, 3], axis=1)
    middle_of_line = np.linalg.norm(linear(a, b, SHARES)[:, 3], axis=1)
    assert abs(middle_of_arc.mean() - 20) < 0.5
    assert abs(middle_of_line.mean() - 20 / np.sqrt(2)) < 0.5


def test_codes_without_an_arc_between_them_are_joined_by_a_line() -> None:
    a = np.array([[1.0, 2.0], [1.0, 2.0], [0.0, 0.0]])
    b = np.array([[2.0, 4.0], [-1.0, -2.0], [3.0, 1.0]])
    np.testing.assert_allclose(spherical(a, b, SHARES), linear(a, b, SHARES))


def test_along_a_dimension_only_that_number_changes() -> None:
    start = np.arange(5.0)
    found = along_dimensions(start, np.array([3, 0]), np.array([[7.0, 8.0, 9.0], [-1.0, -2.0, -3.0]]))
    assert found[0].tolist() == [[0, 1, 2, value, 4] for value in (7, 8, 9)]
    assert found[1].tolist() == [[value, 1, 2, 3, 4] for value in (-1, -2, -3)]


def test_quantiles_are_those_of_the_normal_distribution() -> None:
    np.testing.assert_allclose(norm.cdf(normal_quantiles(5)), [0.1, 0.3, 0.5, 0.7, 0.9])


def test_the_plane_runs_to_the_right_and_upwards_around_its_centre() -> None:
    axes = np.eye(3)[[2, 0]]
    found = over_plane(np.array([1.0, 5.0, 2.0]), axes, np.array([10.0, 0.5]), 3)
    reach = norm.ppf(5 / 6)
    np.testing.assert_allclose(found[1, 1], [1, 5, 2])
    np.testing.assert_allclose(found[1, 2], [1, 5, 2 + 10 * reach])
    np.testing.assert_allclose(found[0, 1], [1 + 0.5 * reach, 5, 2])
    assert over_plane(np.zeros(1), np.ones((1, 1)), np.ones(1), 4).shape == (1, 4, 1)
