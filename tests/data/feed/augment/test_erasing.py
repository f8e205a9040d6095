"""Random erasing: one rectangle, of the area, place and share that were asked for."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from trasluz.data.feed.augment.erasing import ErasingDraws, erase


def rng(n: int, seed: int = 0) -> ErasingDraws:
    return ErasingDraws(*torch.rand(5, n, generator=torch.Generator().manual_seed(seed)).unbind(0))


def erased(n: int, size: tuple[int, int], probability: float = 1.0, area: tuple[float, float] = (0.02, 0.33)) -> Tensor:
    """Bool [n, h, w]: which pixels were painted over."""
    return erase(torch.ones(n, 1, *size), rng(n), probability, area, 0.0)[:, 0] == 0


@pytest.mark.parametrize("size", [(32, 32), (17, 40), (3, 2), (1, 1)])
def test_what_is_erased_is_one_full_rectangle(size: tuple[int, int]) -> None:
    for mask in erased(64, size):
        rows, columns = mask.any(1), mask.any(0)
        assert torch.equal(mask, rows[:, None] & columns[None])
        for line in (rows, columns):
            assert np.count_nonzero(np.diff(np.pad(line.numpy().astype(int), 1))) <= 2


def test_area_and_aspect_cover_what_was_asked_for() -> None:
    masks = erased(4000, (128, 128), area=(0.02, 0.2))
    share = masks.float().mean((1, 2))
    assert share.min() >= 0.018
    assert share.max() <= 0.205
    assert abs(share.mean() - 0.11) < 0.005
    aspect = masks.any(2).sum(1) / masks.any(1).sum(1)
    assert 0.27 < aspect.min() < 0.35
    assert 2.9 < aspect.max() < 3.6
    assert abs(aspect.log().mean()) < 0.05


def test_places_reach_every_edge() -> None:
    masks = erased(2000, (16, 16), area=(0.1, 0.1))
    hit = masks.float().mean(0)
    assert hit.min() > 0
    assert abs(hit[0].mean() - hit[-1].mean()) < 0.05
    assert abs(hit[:, 0].mean() - hit[:, -1].mean()) < 0.05


def test_share_of_images_follows_the_probability() -> None:
    assert abs(erased(4000, (8, 8), probability=0.25).any((1, 2)).float().mean() - 0.25) < 0.03


def test_mean_painting_keeps_each_channels_mean_colour_and_the_layout() -> None:
    images = torch.rand(8, 3, 20, 20).contiguous(memory_format=torch.channels_last)
    got = erase(images, rng(8), 1.0, (0.2, 0.3), None)
    assert got.is_contiguous(memory_format=torch.channels_last)
    changed = (got != images).any(1)
    for i in range(8):
        want = images[i].mean((1, 2))[:, None].expand(-1, int(changed[i].sum()))
        torch.testing.assert_close(got[i][:, changed[i]], want)
