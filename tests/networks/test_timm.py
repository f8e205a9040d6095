"""timm's architectures for images of one size only are made for the images at hand."""

from __future__ import annotations

import pytest
import torch

from trasluz.errors import RecipeError
from trasluz.networks.choose import build_classifier

SMALL = {"embed_dim": 24, "depth": 2, "num_heads": 2}


def timm(architecture: str, **more: object) -> dict[str, object]:
    return {"name": "timm", "architecture": architecture, **more}


@pytest.mark.parametrize(
    ("architecture", "arguments"),
    [
        ("vit_tiny_patch16_224", SMALL),
        ("deit_tiny_patch16_224", SMALL),
        ("beit_base_patch16_224", SMALL),
        ("gmlp_ti16_224", {}),
        ("swin_tiny_patch4_window7_224", {"embed_dim": 12, "depths": [1, 1], "num_heads": [2, 2]}),
    ],
)
@pytest.mark.parametrize("size", [(32, 32), (96, 96), (64, 96)])
def test_an_architecture_of_one_size_is_made_for_the_images(
    architecture: str, arguments: dict[str, object], size: tuple[int, int]
) -> None:
    network = build_classifier(timm(architecture, arguments=arguments), (3, *size), 5)
    assert network(torch.rand(2, 3, *size)).shape == (2, 5)


def test_positions_are_as_many_as_the_images_have_patches() -> None:
    network = build_classifier(timm("vit_tiny_patch16_224", arguments=SMALL), (1, 64, 64), 3)
    assert network.state_dict()["pos_embed"].shape == (1, 1 + 4 * 4, 24)


def test_what_is_asked_for_stays() -> None:
    own = timm("vit_tiny_patch16_224", arguments={**SMALL, "img_size": 48}, side=48)
    assert build_classifier(own, (1, 64, 64), 3).state_dict()["pos_embed"].shape[1] == 1 + 3 * 3
    resized = timm("vit_tiny_patch16_224", arguments=SMALL, side=32)
    assert build_classifier(resized, (1, 64, 64), 3).state_dict()["pos_embed"].shape[1] == 1 + 2 * 2


def test_architectures_that_take_every_size_are_left_as_they_are() -> None:
    torch.manual_seed(0)
    plain = build_classifier(timm("resnet10t"), (3, 40, 40), 3).state_dict()
    torch.manual_seed(0)
    import timm as library

    made = library.create_model("resnet10t", num_classes=3).state_dict()
    assert plain.keys() == made.keys()
    assert all(torch.equal(value, made[name]) for name, value in plain.items())


def test_a_size_that_an_architecture_cannot_be_made_for_is_refused_with_the_nearest() -> None:
    message = (
        r"levit_128s takes no images of 100×100 pixels; the nearest sizes that it takes: 96×96, 112×112, 224×224\."
    )
    with pytest.raises(RecipeError, match=message) as told:
        build_classifier(timm("levit_128s"), (3, 100, 100), 5)
    assert "model.network.side" in str(told.value)
    build_classifier(timm("levit_128s", side=96), (3, 100, 100), 5)
