"""Noisy linear imputation against the published linear system, solved directly by SciPy."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.sparse import lil_matrix
from scipy.sparse.linalg import spsolve

from trasluz.look.checks.imputation import NOISE, impute

WEIGHTS = {(i, j): (1 / 12 if i and j else 1 / 6) for i in (-1, 0, 1) for j in (-1, 0, 1) if i or j}


def _solved(image: np.ndarray, missing: np.ndarray) -> np.ndarray:
    """Each missing pixel equals the weighted mean of those of its neighbours in the image (Rong et al. 2022)."""
    channels, height, width = image.shape
    unknown = [tuple(place) for place in np.argwhere(missing)]
    number = {place: i for i, place in enumerate(unknown)}
    matrix, right = lil_matrix((len(unknown), len(unknown))), np.zeros((len(unknown), channels))
    for (row, column), i in number.items():
        for (down, across), weight in WEIGHTS.items():
            there = (row + down, column + across)
            if not (0 <= there[0] < height and 0 <= there[1] < width):
                continue
            matrix[i, i] += weight
            if there in number:
                matrix[i, number[there]] -= weight
            else:
                right[i] += weight * image[:, there[0], there[1]]
    found = image.copy()
    solved = spsolve(matrix.tocsc(), right).reshape(len(unknown), channels)
    for place, i in number.items():
        found[:, place[0], place[1]] = solved[i]
    return found


@pytest.mark.parametrize(("channels", "height", "width"), [(1, 9, 12), (3, 7, 5), (4, 1, 8), (2, 13, 1)])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_the_system_is_the_published_one(channels: int, height: int, width: int, share: float) -> None:
    random = np.random.default_rng(0)
    images = random.random((3, channels, height, width))
    missing = random.random((3, height, width)) < share
    missing[:, height // 2, width // 2] = False
    found = impute(torch.from_numpy(images), torch.from_numpy(missing), tolerance=1e-9).numpy()
    for image in range(3):
        np.testing.assert_allclose(found[image], _solved(images[image], missing[image]), atol=1e-6)


def test_a_large_hole_becomes_smooth_and_what_is_known_stays() -> None:
    slope = torch.linspace(0, 1, 40).expand(1, 1, 30, 40).clone()
    missing = torch.zeros(1, 30, 40, dtype=torch.bool)
    missing[:, 5:25, 5:35] = True
    torch.testing.assert_close(impute(slope, missing), slope, atol=NOISE, rtol=0)
    holed = torch.where(missing.unsqueeze(1), 7.0, slope)
    torch.testing.assert_close(impute(holed, missing), slope, atol=NOISE, rtol=0)


def test_noise_is_added_to_what_was_filled_in_only() -> None:
    images, missing = torch.full((2, 3, 6, 6), 0.5), torch.zeros(2, 6, 6, dtype=torch.bool)
    missing[:, 2:4] = True
    noise = torch.randn(2, 3, 6, 6, generator=torch.Generator().manual_seed(0))
    found = impute(images, missing, noise)
    torch.testing.assert_close(found, torch.where(missing.unsqueeze(1), 0.5 + NOISE * noise, images))


def test_one_pixel_alone_and_nothing_missing_are_left() -> None:
    image = torch.rand(1, 2, 1, 1)
    assert torch.equal(impute(image, torch.zeros(1, 1, 1, dtype=torch.bool)), image)
    image = torch.rand(1, 2, 4, 3)
    assert torch.equal(impute(image, torch.zeros(1, 4, 3, dtype=torch.bool)), image)
