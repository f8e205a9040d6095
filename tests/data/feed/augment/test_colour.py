"""Colour changes against torchvision's functional definitions, image by image."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor
from torchvision.transforms.v2 import functional as reference

from trasluz.data.feed.augment.colour import ColourParameters, change_colour
from trasluz.errors import RecipeError

REFERENCES: dict[str, Callable[[Tensor, float], Tensor]] = {
    "brightness": reference.adjust_brightness,
    "contrast": reference.adjust_contrast,
    "saturation": reference.adjust_saturation,
    "hue": reference.adjust_hue,
}
AMOUNTS = {
    "brightness": [0.0, 0.6, 1.0, 1.9],
    "contrast": [0.0, 0.6, 1.0, 1.9],
    "saturation": [0.0, 0.6, 1.0, 1.9],
    "hue": [-0.5, -0.1, 0.0, 0.37],
}


def some_images(*shape: int) -> Tensor:
    """Noise, with greys, pure colours and black among the pixels."""
    images = torch.rand(*shape, generator=torch.Generator().manual_seed(1))
    images[:, :, 0, 0] = 0.5
    images[:, :, 0, -1] = 0.0
    images[:, :, -1, 0] = 0.0
    images[:, 0, -1, 0] = 1.0
    return images


@pytest.mark.parametrize("name", list(REFERENCES))
@pytest.mark.parametrize("size", [(9, 7), (1, 1)])
def test_colour_is_torchvisions(name: str, size: tuple[int, int]) -> None:
    images = some_images(4, 3, *size)
    got = change_colour(images, ColourParameters(**{name: torch.tensor(AMOUNTS[name])}))
    want = [REFERENCES[name](image, amount) for image, amount in zip(images, AMOUNTS[name], strict=True)]
    torch.testing.assert_close(got, torch.stack(want), atol=2e-6, rtol=1e-5)


@pytest.mark.parametrize("name", ["brightness", "contrast"])
def test_grey_images_change_as_torchvisions(name: str) -> None:
    images = some_images(4, 1, 5, 6)
    got = change_colour(images, ColourParameters(**{name: torch.tensor(AMOUNTS[name])}))
    want = [REFERENCES[name](image, amount) for image, amount in zip(images, AMOUNTS[name], strict=True)]
    torch.testing.assert_close(got, torch.stack(want), atol=2e-6, rtol=1e-5)


def test_changes_follow_one_another_in_the_order_of_the_fields() -> None:
    images = some_images(1, 3, 8, 8)
    p = ColourParameters(torch.tensor([1.3]), torch.tensor([0.7]), torch.tensor([1.4]), torch.tensor([0.2]))
    want = images
    for name, amount in (("brightness", 1.3), ("contrast", 0.7), ("saturation", 1.4), ("hue", 0.2)):
        want = REFERENCES[name](want, amount)
    torch.testing.assert_close(change_colour(images, p), want, atol=5e-6, rtol=1e-5)


def test_alpha_is_left_alone_and_colour_is_not() -> None:
    images = some_images(4, 4, 6, 6)
    p = ColourParameters(hue=torch.full((4,), 0.3), brightness=torch.full((4,), 0.5))
    got = change_colour(images, p)
    torch.testing.assert_close(got[:, 3], images[:, 3], atol=0, rtol=0)
    torch.testing.assert_close(got[:, :3], change_colour(images[:, :3], p))


def test_the_input_is_not_changed_and_the_layout_kept() -> None:
    images = some_images(2, 3, 6, 6).contiguous(memory_format=torch.channels_last)
    before = images.clone()
    half = torch.full((2,), 0.5)
    got = change_colour(images, ColourParameters(half, half, half, half))
    torch.testing.assert_close(images, before, atol=0, rtol=0)
    assert got.is_contiguous(memory_format=torch.channels_last)


@pytest.mark.parametrize("field", ["saturation", "hue"])
def test_colour_of_grey_images_is_refused_and_not_ignored(field: str) -> None:
    with pytest.raises(RecipeError, match=f"data.augment.{field}: .*no colour"):
        change_colour(torch.rand(2, 1, 4, 4), ColourParameters(**{field: torch.ones(2)}))
