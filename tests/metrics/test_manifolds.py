"""Improved precision and recall, density and coverage: both count which balls hold which points."""

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from trasluz.metrics import balls
from trasluz.metrics.density_coverage import density_coverage
from trasluz.metrics.improved_precision_recall import precision_recall
from trasluz.metrics.neighbours import radii


def sets(seed: int = 0, n: int = 60, m: int = 80) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, 3)), rng.normal(0.4, 0.8, size=(m, 3))


def reach(points: np.ndarray, k: int) -> np.ndarray:
    return np.sort(cdist(points, points), axis=1)[:, k]


def test_both_pairs_are_their_published_equations_in_any_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    real, samples = sets()
    apart = cdist(samples, real)
    monkeypatch.setattr(balls, "_VALUES", 300)
    precision = (apart <= reach(real, 3)).any(1).mean()
    recall = (reach(samples, 3) >= apart.T).any(1).mean()
    assert precision_recall(real, samples, 3) == (pytest.approx(precision), pytest.approx(recall))
    held = apart <= reach(real, 5)
    expected = held.sum() / (5 * len(samples)), held.any(0).mean()
    assert density_coverage(real, samples, 5) == (pytest.approx(expected[0]), pytest.approx(expected[1]))


@pytest.mark.parametrize("far", [1e3, 1e5, 1e7])
def test_a_copy_far_from_all_others_lies_in_its_own_ball_of_radius_0_and_its_neighbour_does_not(far: float) -> None:
    rng = np.random.default_rng(3)
    centres = rng.normal(size=(400, 16))
    centres[:2] = rng.normal(size=16) * far
    points = np.concatenate([centres[:1], centres[:1] * (1 + 1e-6)])
    ((_rows, found),) = balls.inside(points, centres, radii(centres, 1))
    assert found[:, :2].tolist() == [[True, True], [False, False]]


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e4])
def test_points_on_the_border_and_close_to_it_are_placed_as_exact_distances_place_them(scale: float) -> None:
    rng = np.random.default_rng(4)
    centres = (rng.normal(size=(50, 32)) + 100) * scale
    towards = rng.normal(size=(50, 32))
    towards /= np.linalg.norm(towards, axis=1, keepdims=True)
    radius = np.linspace(0.5, 2, 50) * scale
    for share, expected in ((1 - 1e-9, True), (1 + 1e-9, False)):
        points = centres + share * radius[:, None] * towards
        ((_rows, found),) = balls.inside(points, centres, radius)
        assert found.diagonal().tolist() == [expected] * 50
        assert (found == (cdist(points, centres) <= radius)).all()


def test_identical_sets_overlap_fully() -> None:
    real = sets()[0].astype(np.float32)
    assert precision_recall(real, real) == (1, 1)
    assert density_coverage(real, real)[1] == 1


def test_equal_distributions_have_the_expected_density_and_coverage() -> None:
    rng = np.random.default_rng(1)
    density, coverage = density_coverage(rng.normal(size=(2000, 4)), rng.normal(size=(2000, 4)), 5)
    assert density == pytest.approx(1, abs=0.06)
    assert coverage == pytest.approx(1 - 2**-5, abs=0.02)


def test_disjoint_sets_do_not_overlap() -> None:
    real, samples = sets()
    assert precision_recall(real, samples + 100) == (0, 0)
    assert density_coverage(real, samples + 100) == (0, 0)


def test_a_generator_of_one_image_is_precise_and_recalls_nothing() -> None:
    real = sets()[0]
    same = np.repeat(real[:1], 60, axis=0)
    precision, recall = precision_recall(real, same)
    assert precision == 1
    assert recall == pytest.approx(1 / 60)  # the one image that it repeats
    assert density_coverage(real, same)[1] < 0.3


def test_sets_with_too_few_rows_are_refused() -> None:
    with pytest.raises(ValueError, match="references"):
        precision_recall(np.ones((3, 2)), np.ones((9, 2)))
