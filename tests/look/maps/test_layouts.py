"""Maps of transformers: tokens laid out as the patches lie in the image, whatever stands before them, and windows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from tests.look.looks.planted import CLASSES, subject_of
from trasluz.look.cams import methods
from trasluz.look.looks import cam
from trasluz.look.looks.cam import Config
from trasluz.look.maps.class_maps import class_maps
from trasluz.look.maps.layouts import Layout
from trasluz.look.maps.map_layers import resolve
from trasluz.look.subject import Subject
from trasluz.networks.classifiers.timm import Config as Timm
from trasluz.networks.classifiers.timm import build
from trasluz.reporting import Reporter

SIDE = 32
SMALL = {"img_size": SIDE, "patch_size": 8, "embed_dim": 24, "depth": 3, "num_heads": 2}
WINDOWED = {"img_size": SIDE, "window_size": 2, "depths": (1, 1, 2), "embed_dim": 12, "num_heads": (1, 2, 2)}
VITS: dict[str, tuple[str, Mapping[str, Any], int]] = {
    "class token": ("vit_tiny_patch16_224", SMALL, 1),
    "mean of tokens": ("vit_tiny_patch16_224", SMALL | {"class_token": False, "global_pool": "avg"}, 0),
    "registers": ("vit_tiny_patch16_224", SMALL | {"reg_tokens": 4}, 5),
    "two class tokens": ("deit_tiny_distilled_patch16_224", SMALL, 2),
    "rotary": ("vit_small_patch16_dinov3", SMALL, 5),
}


def _subject(architecture: str, arguments: Mapping[str, Any]) -> Subject:
    torch.manual_seed(0)
    config = Timm(architecture=architecture, arguments=dict(arguments), side=SIDE)
    network = build(config, (1, SIDE, SIDE), len(CLASSES))
    return subject_of(nn.ModuleDict({"classifier": network}), 1)


def _seen_by(subject: Subject, layer: str, inputs: Tensor) -> tuple[Tensor, Tensor]:
    """What a layer gives, and the gradient of the first class's score with respect to it, by plain hooks."""
    kept = []

    def keep(_module: nn.Module, _inputs: object, output: Tensor) -> Tensor:
        kept.append(output)
        return output

    handle = subject.networks.get_submodule(layer).register_forward_hook(keep)
    scores = subject.networks["classifier"](inputs.requires_grad_())  # whose weights ask for none
    handle.remove()
    inputs.requires_grad_(False)
    (gradient,) = torch.autograd.grad(scores[:, 0].sum(), kept[-1])
    return kept[-1].detach(), gradient


def _first_class(subject: Subject, layer: str, inputs: Tensor, method: str) -> Tensor:
    classes = torch.zeros(len(inputs), 1, dtype=torch.int64)
    known = resolve(subject, (layer,))
    return class_maps(subject.networks, subject.networks["classifier"], inputs, classes, known, method).maps[layer][
        :, 0
    ]


@pytest.mark.parametrize("kind", VITS)
def test_tokens_are_read_as_the_grid_of_patches_without_those_before_them(kind: str) -> None:
    architecture, arguments, before = VITS[kind]
    subject = _subject(architecture, arguments)
    (layer,) = resolve(subject, "last")
    assert resolve(subject, (layer,)) == {layer: Layout("last", (4, 4), before)}
    inputs = subject.inputs(subject.pick(2).samples)
    output, gradient = _seen_by(subject, layer, inputs)
    expected = (output * gradient).sum(2)[:, before:].reshape(2, 4, 4)
    assert expected.any()
    torch.testing.assert_close(_first_class(subject, layer, inputs, "hires-cam"), expected)


def test_the_last_layer_is_the_last_whose_patches_matter_to_the_scores() -> None:
    """Behind the last attention a network that reads its class token forgets the patches."""
    assert tuple(resolve(_subject(*VITS["class token"][:2]), "last")) == ("classifier.blocks.2.norm1",)
    assert tuple(resolve(_subject(*VITS["rotary"][:2]), "last")) == ("classifier.norm",), (
        "it reads the mean of all tokens"
    )
    middle, _last = resolve(_subject(*VITS["class token"][:2]), "middle-and-last")
    assert middle.startswith("classifier.blocks.1."), "tokens have one size: the layer in the middle of the depth"


def test_heads_and_what_is_inside_attention_are_no_maps() -> None:
    subject = _subject("vit_small_patch16_dinov3", SMALL | {"qk_norm": True})
    known = resolve(subject, "conv")
    assert all(layout.grid == (4, 4) for layout in known.values())
    with pytest.raises(Exception, match="q_norm"):
        resolve(subject, ("classifier.blocks.0.attn.q_norm",))


@pytest.mark.parametrize("architecture", ["swin_tiny_patch4_window7_224", "swinv2_tiny_window8_256"])
def test_windowed_attention_gives_a_map_per_size_with_channels_last(architecture: str) -> None:
    subject = _subject(architecture, WINDOWED)
    found = resolve(subject, "conv")
    assert len(found) == 3
    assert found["classifier.norm"] == Layout("last")
    inputs = subject.inputs(subject.pick(2).samples)
    output, gradient = _seen_by(subject, "classifier.norm", inputs)
    expected = (output * gradient).sum(3)
    assert expected.shape == (2, 2, 2)
    torch.testing.assert_close(_first_class(subject, "classifier.norm", inputs, "hires-cam"), expected)


def test_convolutions_between_norms_with_channels_last_keep_theirs() -> None:
    subject = _subject("convnext_atto", {"depths": (1, 1, 1, 1), "dims": (4, 8, 8, 12)})
    found = resolve(subject, ("classifier.stages.0.blocks.0.conv_dw", "classifier.stages.1.blocks.0.conv_dw"))
    assert set(found.values()) == {Layout()}


@pytest.mark.parametrize("layout", [Layout(), Layout("last"), Layout("last", (2, 3), 1)])
def test_a_channel_without_its_places_leaves_the_rest_as_it_was(layout: Layout) -> None:
    shape = {None: (2, 4, 4, 4), (2, 3): (2, 7, 4)}[layout.grid]
    output = torch.rand(shape) + 1
    found = layout.without(output, torch.tensor([[0], [3]]))
    maps, before = layout.maps(found), layout.maps(output)
    assert (maps[0, 0] == 0).all()
    assert (maps[1, 3] == 0).all()
    torch.testing.assert_close(maps[0, 1:], before[0, 1:])
    torch.testing.assert_close(maps[1, :3], before[1, :3])
    if layout.grid:
        torch.testing.assert_close(found[:, 0], output[:, 0])


@pytest.mark.parametrize("method", methods())
def test_every_method_looks_at_a_vision_transformer(method: str) -> None:
    subject = _subject(*VITS["class token"][:2])
    assert cam.refusal(subject) is None
    found = cam.compute(subject, None, Config(method=method, layers="last", count=2), Reporter())
    assert found.maps["classifier.blocks.2.norm1"].shape == (2, len(CLASSES), 4, 4)
    assert found.maps["classifier.blocks.2.norm1"].any()


def test_the_usual_look_at_windowed_attention_has_two_layers() -> None:
    found = cam.compute(_subject("swin_tiny_patch4_window7_224", WINDOWED), None, Config(count=2), Reporter())
    assert [values.shape[2:] for values in found.maps.values()] == [(4, 4), (2, 2)]
