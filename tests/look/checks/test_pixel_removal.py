"""Deletion, insertion and ROAD on a model of which the answer is known for every set of pixels."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from trasluz.look.checks.pixel_removal import ROAD_SHARES, Curves, Scorer, areas, removal_curves

SIDE = 10


def _probabilities(inputs: Tensor) -> Tensor:
    """The class is the brightness of the upper left quarter."""
    share = inputs[:, 0, : SIDE // 2, : SIDE // 2].mean((1, 2)).clamp(0, 1)
    return torch.stack([share, 1 - share], 1)


def _curves(maps: Tensor, **options: object) -> Curves:
    count = len(maps)
    images = torch.full((count, 1, SIDE, SIDE), 0.1)
    images[:, :, : SIDE // 2, : SIDE // 2] = 0.9
    labels = torch.zeros(count, dtype=torch.int64)
    judge = Scorer(_probabilities, lambda pixels: pixels, labels, labels, torch.arange(count))
    return removal_curves(judge, images, [maps], **{"steps": 4, "baseline": "mean", **options})[0]  # type: ignore[arg-type]


def _known() -> Tensor:
    maps = torch.zeros(12, SIDE, SIDE)
    maps[:, : SIDE // 2, : SIDE // 2] = 1
    return maps


def test_the_curves_of_a_known_model_have_known_values() -> None:
    found = _curves(_known())
    empty = 0.9 / 4 + 0.1 * 3 / 4
    np.testing.assert_allclose(found.deletion[0, 0], [0.9, *[empty] * 4], rtol=1e-5)
    np.testing.assert_allclose(found.insertion[0, 0], [empty, *[0.9] * 4], rtol=1e-5)
    assert found.deletion.shape == found.insertion.shape == (3, 12, 5)
    assert found.road.shape == (3, 12, len(ROAD_SHARES))


def test_removal_without_a_trace_fools_the_model_as_soon_as_the_quarter_is_gone() -> None:
    road = _curves(_known()).road
    assert road[0, :, 0].all(), "a tenth leaves most of the quarter"
    assert not road[0, :, 1:].any()
    assert road[1].mean() > road[0].mean() + 0.2


def test_the_right_order_beats_its_rivals_and_the_wrong_one_does_not() -> None:
    for maps, best in ((_known(), True), (1 - _known(), False)):
        found = _curves(maps, steps=10)
        deletion, insertion = areas(found.deletion).mean(1), areas(found.insertion).mean(1)
        assert (deletion[0] < deletion[1:].min()) == best
        assert (insertion[0] > insertion[1:].max()) == best


def test_a_map_of_zeros_ranks_nothing() -> None:
    maps = _known()
    maps[3] = 0
    found = _curves(maps)
    for values in (found.deletion, found.insertion, found.road):
        assert np.isnan(values[0, 3]).all()
        assert np.isfinite(values[1:]).all()
        assert np.isfinite(values[0, :3]).all()


def test_what_is_gone_becomes_the_blurred_image_where_that_was_asked_for() -> None:
    flat = torch.full((1, 2, 7, 3), 0.4)
    maps = torch.rand(1, 7, 3, generator=torch.Generator().manual_seed(0))

    def brightness(inputs: Tensor) -> Tensor:
        return inputs.mean((1, 2, 3)).unsqueeze(1)

    nothing = torch.zeros(1, dtype=torch.int64)
    judge = Scorer(brightness, lambda pixels: pixels, nothing, nothing, nothing)
    (found,) = removal_curves(judge, flat, [maps], steps=3, baseline="blur")
    np.testing.assert_allclose(found.deletion, 0.4, rtol=1e-5)


def test_maps_judged_together_fare_as_each_alone() -> None:
    images, labels = torch.rand(5, 1, SIDE, SIDE), torch.zeros(5, dtype=torch.int64)
    judge = Scorer(_probabilities, lambda pixels: pixels, labels, labels, torch.arange(5))
    maps = [torch.rand(5, 3, 4), torch.rand(5, SIDE, SIDE), torch.rand(5, 3, 4)]
    together = removal_curves(judge, images, maps, steps=3, baseline="mean")
    for each, found in zip(maps, together, strict=True):
        (alone,) = removal_curves(judge, images, [each], steps=3, baseline="mean")
        for name in ("deletion", "insertion", "road"):
            np.testing.assert_allclose(getattr(found, name), getattr(alone, name), rtol=1e-5)


@pytest.mark.parametrize("size", [(1, 1), (1, 5), (3, 1)])
def test_images_of_any_size_have_curves(size: tuple[int, int]) -> None:
    images, nothing = torch.rand(2, 3, *size), torch.zeros(2, dtype=torch.int64)
    judge = Scorer(lambda inputs: inputs.mean((2, 3)), lambda pixels: pixels, nothing, nothing, torch.arange(2))
    (found,) = removal_curves(judge, images, [torch.rand(2, *size)], steps=2, baseline="blur")
    assert np.isfinite(found.road).all()
    assert np.isfinite(found.deletion).all()


def test_areas_are_those_of_the_trapezoidal_rule() -> None:
    curves = np.random.default_rng(0).random((3, 4, 7))
    np.testing.assert_allclose(areas(curves), np.trapezoid(curves, np.linspace(0, 1, 7), axis=-1))
