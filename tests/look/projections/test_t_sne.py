"""t-SNE keeps neighbours, is the same for the same seed, and places what it was fitted to near where it lies."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from sklearn.manifold import trustworthiness

from trasluz.look.projections import pca, t_sne

_CENTRES = np.array([[0.0] * 5, [12.0] * 5, [-12.0, 12.0, -12.0, 12.0, 0.0]])


def made(each: int = 60, width: int = 5) -> np.ndarray:
    noise = np.random.default_rng(0)
    blobs = [centre + noise.normal(size=(each, 5)) for centre in _CENTRES]
    return np.pad(np.concatenate(blobs), ((0, 0), (0, width - 5))).astype(np.float32)


@pytest.mark.parametrize("width", [5, 80])
def test_neighbours_in_the_code_stay_neighbours_on_the_plane(width: int) -> None:
    codes = made(width=width)
    found = t_sne.fit(codes, 0)
    assert trustworthiness(codes, found.positions, n_neighbors=10) > 0.95
    assert found.facts["perplexity"] == 30


def test_what_it_was_fitted_to_is_placed_near_where_it_lies() -> None:
    codes = made()
    found = t_sne.fit(codes, 0)
    before = found.positions.copy()
    apart = np.linalg.norm(found.transform(codes) - found.positions, axis=1)
    width = np.ptp(found.positions, axis=0).max()
    assert np.median(apart) < 0.03 * width
    assert (found.positions == before).all()


def test_the_same_seed_gives_the_same_map() -> None:
    codes = made(20)
    assert (t_sne.fit(codes, 3).positions == t_sne.fit(codes, 3).positions).all()


@pytest.mark.parametrize("count", [1, 2, 30])
def test_codes_that_are_all_one_lie_at_the_origin(count: int) -> None:
    codes = np.ones((count, 4), np.float32)
    found = t_sne.fit(codes, 0)
    assert found.positions.shape == (count, 2)
    assert not found.positions.any()
    assert found.transform(codes).shape == (count, 2)


@pytest.mark.parametrize("codes", [np.eye(3), np.array([[0.0, 1.0], [3.0, 1.0]]), np.repeat(np.eye(4), 20, axis=0)])
def test_fewer_than_five_different_codes_lie_where_pca_puts_them(codes: np.ndarray) -> None:
    found = t_sne.fit(codes.astype(np.float32), 0)
    assert (found.positions == pca.fit(codes.astype(np.float32)).positions).all()
    assert found.facts == {}
    np.testing.assert_allclose(found.transform(codes.astype(np.float32)), found.positions, atol=1e-5)


def equal_among_others(noise: float = 0.0) -> np.ndarray:
    """Ten equal codes, or as good as equal, before ninety others."""
    rng = np.random.default_rng(0)
    others = rng.normal(size=(90, 8))
    return np.concatenate([np.ones((10, 8)) + noise * rng.normal(size=(10, 8)), others]).astype(np.float32)


@pytest.mark.parametrize("noise", [0.0, 1e-6, 1e-4])
def test_equal_codes_among_others_do_not_blow_the_map_up(noise: float) -> None:
    found, usual = t_sne.fit(equal_among_others(noise), 0), t_sne.fit(equal_among_others()[10:], 0)
    assert np.abs(found.positions).max() < 3 * np.abs(usual.positions).max()
    assert 0 < found.facts["divergence"] < 3


def test_equal_codes_share_one_place_and_are_placed_where_they_lie() -> None:
    codes = equal_among_others()
    found = t_sne.fit(codes, 0)
    assert (found.positions[:10] == found.positions[0]).all()
    assert len(np.unique(found.positions, axis=0)) == 91
    placed = found.transform(codes[:10])
    assert (placed == placed[0]).all()


def test_equal_codes_change_nothing_about_where_the_others_lie() -> None:
    codes = made(20)
    twice = np.concatenate([codes, codes[:7]])
    assert (t_sne.fit(twice, 0).positions[: len(codes)] == t_sne.fit(codes, 0).positions).all()


def test_the_divergence_is_that_of_all_pairs_and_never_negative() -> None:
    rng = np.random.default_rng(1)
    places = rng.normal(size=(30, 2)) * 5
    weights = np.triu(rng.random((30, 30)) * (rng.random((30, 30)) < 0.3), 1)
    weights = (weights + weights.T) / (2 * weights.sum())
    close = 1 / (1 + ((places[:, None] - places[None]) ** 2).sum(2))
    np.fill_diagonal(close, 0)
    held = weights > 0
    expected = (weights[held] * np.log(weights[held] / (close / close.sum())[held])).sum()
    assert t_sne.divergence(csr_matrix(weights), places) == pytest.approx(expected)
    assert t_sne.divergence(csr_matrix(close / close.sum()), places) == pytest.approx(0, abs=1e-9)
    assert t_sne.divergence(csr_matrix(close / close.sum()), places) >= 0


def test_five_codes_are_enough() -> None:
    assert np.isfinite(t_sne.fit(np.random.default_rng(0).normal(size=(5, 3)).astype(np.float32), 0).positions).all()
