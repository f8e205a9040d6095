import numpy as np
import pytest
import torch
from torchmetrics.image.fid import _compute_fid

from trasluz.metrics.fid import fid, gaussian_distance, moments


def gaussian(dimensions: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    root = rng.normal(size=(dimensions, dimensions))
    return rng.normal(size=dimensions), root @ root.T / dimensions


def test_the_distance_of_gaussians_with_one_axis_system_is_its_closed_form() -> None:
    mean1, mean2 = np.array([0.0, 3.0, 1.0]), np.array([1.0, 1.0, 1.0])
    sigma1, sigma2 = np.array([1.0, 2.0, 0.0]), np.array([4.0, 0.5, 3.0])
    rotation = np.linalg.qr(np.random.default_rng(0).normal(size=(3, 3)))[0]
    found = gaussian_distance(
        rotation @ mean1,
        rotation @ np.diag(sigma1**2) @ rotation.T,
        rotation @ mean2,
        rotation @ np.diag(sigma2**2) @ rotation.T,
    )
    assert found == pytest.approx(((mean1 - mean2) ** 2).sum() + ((sigma1 - sigma2) ** 2).sum(), rel=1e-7)


def test_the_distance_of_any_gaussians_is_that_of_torchmetrics() -> None:
    (mean1, covariance1), (mean2, covariance2) = gaussian(12, 1), gaussian(12, 2)
    expected = _compute_fid(*(torch.from_numpy(a) for a in (mean1, covariance1, mean2, covariance2)))
    assert gaussian_distance(mean1, covariance1, mean2, covariance2) == pytest.approx(float(expected), rel=1e-6)


def test_features_give_the_distance_of_the_gaussians_that_they_come_from() -> None:
    rng = np.random.default_rng(3)
    (mean1, covariance1), (mean2, covariance2) = gaussian(4, 4), gaussian(4, 5)
    first = rng.multivariate_normal(mean1, covariance1, 40_000)
    second = rng.multivariate_normal(mean2, covariance2, 40_000)
    expected = gaussian_distance(mean1, covariance1, mean2, covariance2)
    assert fid(first.astype(np.float32), second.astype(np.float32)) == pytest.approx(expected, rel=0.03)


def test_a_set_has_no_distance_to_itself_even_with_fewer_samples_than_features() -> None:
    features = np.random.default_rng(6).normal(size=(9, 30))
    features[:, 4] = 0
    assert fid(features, features[::-1]) == pytest.approx(0, abs=1e-6)
    assert fid(features, features + 2) == pytest.approx(4 * 30, rel=1e-6)


def test_the_covariance_is_the_unbiased_one_and_needs_two_rows() -> None:
    features = np.random.default_rng(7).normal(size=(20, 3))
    np.testing.assert_allclose(moments(features)[1], np.cov(features.T))
    with pytest.raises(ValueError, match="2 rows"):
        moments(features[:1])
