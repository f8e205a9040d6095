"""PCA of codes is scikit-learn's, whichever side is the smaller, and places what it was fitted to where it lies."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.decomposition import PCA

from trasluz.look.projections import pca


def made(count: int, width: int) -> np.ndarray:
    noise = np.random.default_rng(0)
    return (noise.normal(size=(count, width)) * np.linspace(3, 0.2, width) + 5).astype(np.float32)


@pytest.mark.parametrize(("count", "width"), [(200, 12), (20, 300), (40, 2)])
def test_it_is_scikit_learns_up_to_the_sign_of_an_axis(count: int, width: int) -> None:
    codes = made(count, width)
    known = PCA(2, svd_solver="full").fit(codes.astype(np.float64))
    found = pca.fit(codes)
    theirs = known.transform(codes.astype(np.float64))
    theirs *= np.sign((theirs * found.positions).sum(0))
    np.testing.assert_allclose(found.positions, theirs, atol=1e-4)
    shares = [found.facts["explained_1"], found.facts["explained_2"]]
    np.testing.assert_allclose(shares, known.explained_variance_ratio_, rtol=1e-6)


def test_codes_are_placed_where_they_lie() -> None:
    codes = made(60, 8)
    found = pca.fit(codes)
    np.testing.assert_allclose(found.transform(codes[:7]), found.positions[:7], atol=1e-5)


@pytest.mark.parametrize("codes", [np.ones((4, 3), np.float32), np.ones((1, 3), np.float32)])
def test_codes_that_are_all_one_lie_at_the_origin(codes: np.ndarray) -> None:
    found = pca.fit(codes)
    assert found.positions.tolist() == [[0.0, 0.0]] * len(codes)
    assert set(found.facts.values()) == {0.0}


def test_a_code_of_one_number_lies_on_a_line() -> None:
    found = pca.fit(made(30, 1))
    assert found.positions.shape == (30, 2)
    assert not found.positions[:, 1].any()
