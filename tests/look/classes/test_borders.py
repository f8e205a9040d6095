"""Borders between regions: where closed forms put them, once each, whole, and none where there is one class."""

from __future__ import annotations

import numpy as np
import pytest

from trasluz.look.classes.borders import borders


def _of(scores_at: object, across: np.ndarray, up: np.ndarray) -> np.ndarray:
    plane = np.stack(np.meshgrid(across, up), -1)
    scores = scores_at(plane)  # type: ignore[operator]  # a function of places
    return borders(scores.argmax(-1), scores, across, up)


def _lengths(pieces: np.ndarray, scale: tuple[float, float] = (1, 1)) -> np.ndarray:
    return np.asarray(np.linalg.norm((pieces[:, 1] - pieces[:, 0]) / scale, axis=1))


def _ring(at: np.ndarray) -> np.ndarray:
    """Class 0 outside a circle, class 1 inside, class 2 nowhere."""
    flat = np.zeros(at.shape[:-1])
    return np.stack([(at**2).sum(-1), flat + 1.6803, flat - 1], -1)


def test_a_linear_model_has_its_line_exactly_and_once() -> None:
    across, up = np.linspace(-3, 2, 12), np.linspace(10, 60, 9)
    pieces = _of(lambda at: np.stack([0 * at[..., 0], 10 * at[..., 0] + at[..., 1] - 30], -1), across, up)
    np.testing.assert_allclose(10 * pieces[..., 0] + pieces[..., 1], 30, atol=1e-9)
    ends = np.array([[2.0, 10.0], [-3.0, 60.0]])
    assert _lengths(pieces).sum() == pytest.approx(np.linalg.norm(ends[1] - ends[0]))


@pytest.mark.parametrize("classes", [3, 5, 8])
def test_borders_between_nearest_centres_are_as_far_from_both(classes: int) -> None:
    centres = np.random.default_rng(classes).uniform(0, 1, (classes, 2))
    across, up = np.linspace(0, 1, 61), np.linspace(0, 1, 53)
    pieces = _of(lambda at: 2 * at @ centres.T - (centres**2).sum(1), across, up)  # −distance² + a term of the place
    distances = np.sort(np.linalg.norm(pieces[:, :, None] - centres, axis=-1), -1)
    gap = (distances[..., 1] - distances[..., 0]).max(1)
    assert np.quantile(gap, 0.9) < 1e-9, "exact but for cells where three meet"
    assert gap.max() < 1 / 52


def test_a_circle_is_found_to_the_square_of_the_grids_step() -> None:
    places = np.linspace(-2, 2, 81)
    pieces = _of(_ring, places, places)
    radius = 1.6803**0.5
    assert np.abs(np.linalg.norm(pieces, axis=-1) - radius).max() < 0.05**2
    assert _lengths(pieces).sum() == pytest.approx(2 * np.pi * radius, rel=1e-3)
    ends = np.round(pieces.reshape(-1, 2), 9)
    _once, times = np.unique(ends, axis=0, return_counts=True)
    assert (times == 2).all(), "a closed line: every end is the beginning of the next piece"


def test_of_hard_answers_the_border_is_in_the_middle_between_places() -> None:
    winner = np.array([[0, 0, 2], [0, 0, 2]])
    pieces = borders(winner, np.eye(3)[winner], np.array([0.0, 1.0, 3.0]), np.array([5.0, 6.0]))
    assert pieces.tolist() == [[[2.0, 5.0], [2.0, 6.0]]]


def test_where_four_meet_all_lines_lead_to_one_place_and_one_class_has_none() -> None:
    winner = np.array([[0, 1], [2, 3]])
    pieces = borders(winner, np.eye(4)[winner], np.arange(2.0), np.arange(2.0))
    assert pieces[:, 1].tolist() == [[0.5, 0.5]] * 4
    assert sorted(map(tuple, pieces[:, 0].tolist())) == [(0, 0.5), (0.5, 0), (0.5, 1), (1, 0.5)]
    alone = borders(np.zeros((5, 4), int), np.zeros((5, 4, 1)), np.arange(4.0), np.arange(5.0))
    assert alone.shape == (0, 2, 2)


def test_scores_without_end_lose_no_border() -> None:
    winner = np.array([[0, 1], [0, 1]])
    scores = np.array([[[0, -np.inf], [-np.inf, 0]]] * 2)
    assert np.isfinite(borders(winner, scores, np.arange(2.0), np.arange(2.0))).all()
