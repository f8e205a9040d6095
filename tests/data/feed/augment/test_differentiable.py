"""DiffAugment: what is drawn, what is kept, and that gradients pass."""

from __future__ import annotations

import pytest
import torch

from trasluz.data.feed.arrange import arrange
from trasluz.data.feed.augment.differentiable import diff_augment
from trasluz.rng import Rng, StepRng

ALL = ("colour", "translation", "cutout")


def rng(n: int, first: int = 0) -> StepRng:
    return Rng(3).at(1, 0, torch.arange(first, first + n))


def some(n: int, shape: tuple[int, int, int]) -> torch.Tensor:
    return torch.rand(n, *shape, generator=torch.Generator().manual_seed(1)) * 2 - 1


@pytest.mark.parametrize("shape", [(1, 16, 16), (3, 33, 47), (4, 17, 8), (1, 1, 1)])
@pytest.mark.parametrize("last", [True, False])
def test_shape_is_kept_and_gradients_pass(shape: tuple[int, int, int], last: bool) -> None:
    images = arrange(some(6, shape), last).requires_grad_()
    changed = diff_augment(images, ALL, rng(6), "x")
    assert changed.shape == images.shape
    (gradient,) = torch.autograd.grad(changed.square().sum(), images)
    assert gradient.isfinite().all()
    assert shape == (1, 1, 1) or (gradient != 0).any()


@pytest.mark.parametrize("changes", [("colour",), ("translation",), ("cutout",), ALL])
def test_an_image_changes_the_same_whatever_its_batch_and_its_layout(changes: tuple) -> None:
    images = some(6, (3, 18, 21))
    whole = diff_augment(images, changes, rng(6), "x")
    torch.testing.assert_close(diff_augment(images[2:5], changes, rng(3, 2), "x"), whole[2:5])
    torch.testing.assert_close(diff_augment(arrange(images, True), changes, rng(6), "x"), whole)
    assert not torch.equal(diff_augment(images, changes, rng(6), "y"), whole)
    assert not torch.equal(images, whole)


def test_gradient_is_that_of_finite_differences() -> None:
    images = some(2, (2, 9, 8)).double().requires_grad_()
    assert torch.autograd.gradcheck(lambda x: diff_augment(x, ALL, rng(2), "x"), (images,))


def test_penalty_on_gradients_passes_through_too() -> None:
    images = some(3, (1, 16, 16)).requires_grad_()
    (first,) = torch.autograd.grad(diff_augment(images, ALL, rng(3), "x").pow(3).sum(), images, create_graph=True)
    (second,) = torch.autograd.grad(first.square().sum(), images)
    assert (second != 0).any()


def test_translation_moves_by_whole_pixels_up_to_an_eighth_and_uncovers_zeros() -> None:
    side = 24
    point = torch.zeros(400, 1, side, side)
    point[:, :, 12, 12] = 1
    moved = diff_augment(point, ("translation",), rng(400), "x")
    assert torch.equal(moved.sum((1, 2, 3)), torch.ones(400))
    rows, columns = moved[:, 0].flatten(1).argmax(1) // side - 12, moved[:, 0].flatten(1).argmax(1) % side - 12
    assert sorted(rows.unique().tolist()) == sorted(columns.unique().tolist()) == list(range(-3, 4))
    uncovered = diff_augment(torch.ones(400, 1, side, side), ("translation",), rng(400), "x")
    lost = 1 - (side - rows.abs()) * (side - columns.abs()) / side**2
    torch.testing.assert_close((uncovered == 0).float().mean((1, 2, 3)), lost)


def test_cutout_clears_a_window_of_half_the_side_around_a_place_inside() -> None:
    images = torch.ones(300, 2, 16, 20)
    cut = diff_augment(images, ("cutout",), rng(300), "x") == 0
    assert torch.equal(cut[:, 0], cut[:, 1])
    rows, columns = cut[:, 0].any(2).sum(1), cut[:, 0].any(1).sum(1)
    assert int(rows.max()) == 8
    assert int(columns.max()) == 10
    assert int(rows.min()) >= 4
    assert torch.equal(cut[:, 0].flatten(1).sum(1), rows * columns)


def test_colour_follows_its_formula() -> None:
    images = some(50, (3, 8, 8))
    u = rng(50).uniform("x", 7)[:, :3, None, None, None]
    brighter = images + u[:, 0] - 0.5
    grey = brighter.mean(1, keepdim=True)
    coloured = grey + 2 * u[:, 1] * (brighter - grey)
    mean = coloured.mean((1, 2, 3), keepdim=True)
    expected = mean + (0.5 + u[:, 2]) * (coloured - mean)
    torch.testing.assert_close(diff_augment(images, ("colour",), rng(50), "x"), expected)


def test_without_changes_nothing_is_drawn_or_copied() -> None:
    images = some(2, (1, 4, 4))
    assert diff_augment(images, (), rng(2), "x") is images
