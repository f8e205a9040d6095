"""UMAP is an extra: without it there is one clear sentence; with it, as here, maps that keep neighbours."""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest
from sklearn.manifold import trustworthiness

from trasluz.errors import RequestError
from trasluz.look import projections


def test_every_file_is_a_method() -> None:
    assert set(projections.names()) == {"pca", "t-sne", "umap"}


def test_without_it_the_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(RequestError, match=r"pip install 'trasluz\[umap\]'"):
        projections.find("umap").fit(np.zeros((9, 2), np.float32), 0)


def made(each: int = 40) -> np.ndarray:
    noise = np.random.default_rng(0)
    return np.concatenate([noise.normal(centre, 1, (each, 6)) for centre in (0.0, 9.0, -9.0)]).astype(np.float32)


def test_neighbours_stay_neighbours_and_the_same_seed_gives_the_same_map() -> None:
    codes = made()
    found = projections.find("umap").fit(codes, 3)
    assert found.positions.shape == (120, 2)
    assert found.positions.dtype == np.float32
    assert trustworthiness(codes, found.positions, n_neighbors=10) > 0.9
    assert (projections.find("umap").fit(codes, 3).positions == found.positions).all()


def test_what_it_was_fitted_to_is_placed_near_where_it_lies() -> None:
    codes = made()
    found = projections.find("umap").fit(codes, 0)
    before = found.positions.copy()
    apart = np.linalg.norm(found.transform(codes[:30]) - found.positions[:30], axis=1)
    assert np.median(apart) < 0.2 * np.ptp(found.positions, axis=0).max()
    assert found.transform(codes[:0]).shape == (0, 2)
    assert (found.positions == before).all()


@pytest.mark.parametrize("count", [1, 4])
def test_fewer_than_five_codes_are_too_few(count: int) -> None:
    with pytest.raises(RequestError, match="at least 5"):
        projections.find("umap").fit(made()[:count], 0)


def test_five_codes_are_enough() -> None:
    assert np.isfinite(projections.find("umap").fit(made()[:5], 0).positions).all()


def test_equal_codes_are_placed_and_do_not_blow_the_map_up() -> None:
    equal = np.concatenate([np.full((30, 6), 2, np.float32), made(20)])
    found = projections.find("umap").fit(equal, 0)
    assert np.isfinite(found.positions).all()
    assert (found.positions[:30] == found.positions[0]).all()
    assert np.abs(found.positions).max() < 100
    alike = projections.find("umap").fit(np.ones((20, 3), np.float32), 0)
    assert not alike.positions.any()
