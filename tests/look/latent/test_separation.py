"""How crowded codes are: against scikit-learn's neighbours."""

from __future__ import annotations

import numpy as np
from sklearn.neighbors import NearestNeighbors

from trasluz.look.latent.separation import density


def test_density_is_the_closeness_of_the_nearest_five() -> None:
    codes = np.random.default_rng(0).normal(size=(50, 3)).astype(np.float32)
    apart = NearestNeighbors(n_neighbors=6).fit(codes).kneighbors(codes)[0][:, 1:].mean(1)
    np.testing.assert_allclose(density(codes), -np.log(apart), rtol=1e-4)


def test_density_of_placed_and_of_equal_codes_is_finite() -> None:
    codes = np.concatenate([np.zeros((8, 2)), np.ones((1, 2))]).astype(np.float32)
    assert np.isfinite(density(codes, codes[:3])).all()
    assert density(codes, codes[:3]).shape == (12,)
    assert density(codes[:1]).tolist() == [0.0]
