"""Pixels as features: the image itself where it is small, averages where it is large."""

from __future__ import annotations

import numpy as np
import torch

from tests.look.looks.made_maps import made_data, made_subject
from trasluz.data.data import Data
from trasluz.data.feed.preprocess import Preprocess
from trasluz.look.latent.pixel_features import as_pixels, pixels


def test_small_images_are_their_own_features() -> None:
    data = made_data(12, 3, 5, 7)
    rows = np.array([3, 9, 1])
    found = pixels(made_subject(data), rows)
    np.testing.assert_allclose(found, data.samples[rows].transpose(0, 3, 1, 2).reshape(3, -1) / 255, atol=1e-6)


def test_large_ones_are_averaged_over_squares() -> None:
    image = torch.rand(2, 1, 64, 32, generator=torch.Generator().manual_seed(0))
    found = as_pixels(image)
    expected = image.reshape(2, 32, 2, 16, 2).mean((2, 4)).reshape(2, -1)
    np.testing.assert_allclose(found, expected.numpy(), atol=1e-6)


def test_a_table_is_what_networks_see() -> None:
    rows = np.arange(6, dtype=np.float32).reshape(3, 2)
    data = Data("table", "table", rows, {"train": np.arange(3)}, value_range=(0.0, 1.0))
    subject = made_subject(data, preprocess=Preprocess(kind="table"))
    assert (pixels(subject, np.arange(3)) == rows).all()
