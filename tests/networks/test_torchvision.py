"""torchvision's classifiers: any channels and classes, under its own names, on images resized where asked for."""

from __future__ import annotations

import pytest
import torch
import torchvision

from trasluz.errors import RecipeError
from trasluz.networks.choose import build_classifier


def make(architecture: str, shape: tuple[int, int, int], **rest: object) -> torch.nn.Module:
    return build_classifier({"name": "torchvision", "architecture": architecture, **rest}, shape, 5).eval()


@pytest.mark.parametrize(("architecture", "side"), [("resnet18", None), ("squeezenet1_1", 64), ("alexnet", 64)])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_it_takes_any_channels_and_odd_sides(architecture: str, side: int | None, channels: int) -> None:
    network = make(architecture, (channels, 33, 47), side=side)
    assert network(torch.rand(2, channels, 33, 47)).shape == (2, 5)
    theirs = torchvision.models.get_model(architecture, num_classes=5).state_dict()
    assert network.state_dict().keys() == theirs.keys()


def test_resizing_inside_is_resizing_before() -> None:
    network = make("resnet18", (3, 28, 28), side=64)
    images = torch.rand(2, 3, 28, 28)
    larger = torch.nn.functional.interpolate(images, (64, 64), mode="bilinear", antialias=True)
    assert torch.equal(network(images), network(larger))


def test_an_unknown_architecture_names_the_nearest_and_wrong_arguments_are_refused() -> None:
    with pytest.raises(RecipeError, match="Did you mean resnet18"):
        make("resnet_18", (3, 32, 32))
    with pytest.raises(RecipeError, match="torchvision cannot make resnet18"):
        make("resnet18", (3, 32, 32), arguments={"no_such": 1})
