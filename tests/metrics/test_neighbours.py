import numpy as np
import pytest
from scipy.spatial.distance import cdist

from trasluz.metrics import neighbours
from trasluz.metrics.neighbours import nearest, radii


@pytest.mark.parametrize("k", [1, 3, 30])
def test_neighbours_are_those_of_all_pairs_in_any_batches(k: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    queries, references = rng.normal(100, 1, (17, 6)), rng.normal(100, 1, (30, 6))
    apart = cdist(queries, references)
    monkeypatch.setattr(neighbours, "_VALUES", 90)
    found = nearest(queries, references, k)
    np.testing.assert_array_equal(found.indices, np.argsort(apart, axis=1)[:, :k])
    np.testing.assert_allclose(found.distances, np.sort(apart, axis=1)[:, :k])


def test_a_copy_is_at_distance_zero_exactly_and_a_near_copy_is_told_from_it() -> None:
    references = np.random.default_rng(1).normal(0, 50, (500, 40)).astype(np.float32)
    queries = references[[3, 77]].copy()
    queries[1, 0] += 1e-3
    found = nearest(queries, references)
    assert found.indices[:, 0].tolist() == [3, 77]
    assert found.distances[0, 0] == 0
    assert found.distances[1, 0] == pytest.approx(1e-3, rel=0.02)


def test_radii_leave_out_the_sample_itself_but_not_its_copies() -> None:
    points = np.array([[0.0], [1.0], [3.0], [3.0]])
    np.testing.assert_allclose(radii(points, 1), [1, 1, 0, 0])
    np.testing.assert_allclose(radii(points, 2), [3, 2, 2, 2])


def test_no_queries_have_no_neighbours_and_more_neighbours_than_references_are_refused() -> None:
    assert nearest(np.empty((0, 2)), np.ones((3, 2)), 2).distances.shape == (0, 2)
    with pytest.raises(ValueError, match="3 references"):
        nearest(np.ones((1, 2)), np.ones((3, 2)), 4)


def test_of_references_as_near_as_each_other_the_first_comes_first() -> None:
    references = np.array([[1.0], [-1.0], [1.0], [5.0], [-1.0]])
    found = nearest(np.zeros((1, 1)), references, 3)
    assert found.indices.tolist() == [[0, 1, 2]]


@pytest.mark.parametrize("kind", [np.uint8, np.float16, np.float32])
def test_queries_may_be_of_another_type_than_references(kind: type) -> None:
    references = np.random.default_rng(2).integers(0, 200, (40, 5)).astype(np.float64)
    assert nearest(references.astype(kind), references).indices[:, 0].tolist() == list(range(40))


def test_features_that_are_not_numbers_have_no_distance_and_stop_nothing() -> None:
    references = np.random.default_rng(3).normal(size=(20, 4)).astype(np.float32)
    queries = references[:3].copy()
    queries[1] = np.nan
    found = nearest(queries, references)
    assert np.isnan(found.distances[1, 0])
    assert found.indices[[0, 2], 0].tolist() == [0, 2]
