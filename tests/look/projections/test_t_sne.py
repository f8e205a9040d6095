"""t-SNE keeps neighbours, is the same for the same seed, and places what it was fitted to near where it lies."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.manifold import trustworthiness

from trasluz.look.projections import t_sne

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


@pytest.mark.parametrize("codes", [np.ones((30, 4), np.float32), np.eye(3, dtype=np.float32)])
def test_too_few_codes_or_one_code_lie_at_the_origin(codes: np.ndarray) -> None:
    found = t_sne.fit(codes, 0)
    assert not found.positions.any()
    assert found.transform(codes).shape == (len(codes), 2)


def test_five_codes_are_enough() -> None:
    assert np.isfinite(t_sne.fit(np.random.default_rng(0).normal(size=(5, 3)).astype(np.float32), 0).positions).all()
