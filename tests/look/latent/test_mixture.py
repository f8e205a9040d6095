"""A mixture of Gaussians over codes: where its draws lie, and that its covariances are those of scikit-learn."""

from __future__ import annotations

import numpy as np
import torch

from trasluz.look.latent.mixture import Mixture, fit
from trasluz.rng import Rng


def test_draws_have_the_means_and_covariances_of_their_components() -> None:
    means = torch.tensor([[-20.0, 0.0], [30.0, 5.0]])
    roots = torch.tensor([[[2.0, 0.0], [1.0, 0.5]], [[0.1, 0.0], [0.0, 3.0]]])
    codes = Mixture(torch.tensor([0.25, 0.75]), means, roots).sample(Rng(3).at(0, 0, torch.arange(20_000))).numpy()
    left = codes[:, 0] < 0
    assert abs(left.mean() - 0.25) < 0.01
    for chosen, mean, root in zip((left, ~left), means.numpy(), roots.numpy(), strict=True):
        np.testing.assert_allclose(codes[chosen].mean(0), mean, atol=0.1)
        np.testing.assert_allclose(np.cov(codes[chosen].T), root @ root.T, atol=0.25)


def test_a_fit_to_gaussian_codes_is_their_mean_and_covariance_where_there_are_few() -> None:
    codes = np.random.default_rng(0).normal(size=(30, 3)) @ np.array([[1, 0.5, 0], [0, 1, 0], [0, 0, 4.0]])
    found = fit(codes.astype(np.float32), Rng(0))
    assert len(found.weights) == 1
    np.testing.assert_allclose(found.means[0].numpy(), codes.mean(0), atol=1e-5)
    covariance = (found.roots[0] @ found.roots[0].T).numpy()
    np.testing.assert_allclose(covariance, np.cov(codes.T, bias=True), atol=1e-4)
