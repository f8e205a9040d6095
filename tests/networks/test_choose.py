from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from trasluz.allowed import allow
from trasluz.errors import RecipeError
from trasluz.networks.choose import build_classifier, build_decoder, build_encoder, output_shape

SIZES = [(8, 8), (28, 28), (33, 47), (9, 31), (128, 96)]
PAIRS = [
    ({"name": "conv"}, {"name": "conv-transpose"}),
    ({"name": "conv", "pointwise": 20, "dropout": 0.1}, {"name": "conv-transpose", "kernel": 4, "dropout": 0.1}),
    ({"name": "conv", "code": 5, "padding": "same"}, {"name": "conv-transpose", "kernel": 5, "channels": [8]}),
    ({"name": "conv", "channels": [8, 8]}, {"name": "conv-transpose", "channels": [8], "kernel": 2, "norm": None}),
    ({"name": "residual", "channels": [8, 12]}, {"name": "residual", "channels": [12, 8], "blocks": 1}),
    ({"name": "residual", "down": "unshuffle", "hidden": [16]}, {"name": "residual", "hidden": [16], "block": "light"}),
]


@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("pair", PAIRS)
def test_reconstruction_has_the_size_of_the_image(pair: tuple, size: tuple[int, int], channels: int) -> None:
    shape = (channels, *size)
    encoder, code = build_encoder(pair[0], shape)
    decoder = build_decoder(pair[1], code, shape)
    assert decoder.train()(encoder.train()(torch.rand(2, *shape))).shape == (2, *shape)


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 40), st.integers(1, 40), st.sampled_from(["stride", "max", "average", "unshuffle"]))
def test_residual_pair_takes_images_of_every_size(height: int, width: int, down: str) -> None:
    shape = (1, height, width)
    _encoder, code = build_encoder({"name": "residual", "channels": [4, 6], "code": 3, "down": down}, shape)
    assert code == (3,)
    build_decoder({"name": "residual", "channels": [6, 4]}, code, shape)


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 70), st.integers(1, 70), st.integers(1, 3), st.sampled_from([2, 3, 4, 5]))
def test_conv_pair_mirrors_every_size_or_refuses_in_one_sentence(
    height: int, width: int, stages: int, kernel: int
) -> None:
    shape = (1, height, width)
    encoder = {"name": "conv", "channels": [3] * stages}
    if min(height, width) >> stages:
        _network, code = build_encoder(encoder, shape)
        build_decoder({"name": "conv-transpose", "channels": [3] * (stages - 1), "kernel": kernel}, code, shape)
    else:
        with pytest.raises(RecipeError, match=rf"{height}×{width} pixels vanish at stage"):
            build_encoder(encoder, shape)


CLASSIFIERS = [
    {"name": "conv", "channels": [4, 8], "dense": [16], "dropout_dense": 0.1},
    {"name": "conv", "channels": [4], "padding": "valid", "pool": "average", "dense": [], "norm": None},
    {"name": "residual", "channels": [4, 8]},
    {"name": "residual", "stem": {"channels": 6, "kernel": 5, "stride": 2, "pool": True}, "channels": [4, 8],
     "halve_first": False, "blocks": [1, 2], "head": "both", "dropout_head": 0.2, "activation": "silu"},
    {"name": "residual", "channels": [4], "down": "stride", "head": "max", "block": "light", "norm": None},
]  # fmt: skip


@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("settings_", CLASSIFIERS)
def test_classifiers_give_one_score_per_output(settings_: dict, size: tuple[int, int], channels: int) -> None:
    network = build_classifier(settings_, (channels, *size), 7)
    assert network.train()(torch.rand(2, channels, *size)).shape == (2, 7)


@pytest.mark.parametrize("architecture", ["resnet10t", "mobilenetv3_small_050"])
def test_timm_architectures_take_any_channels_and_classes(architecture: str) -> None:
    network = build_classifier({"name": "timm", "architecture": architecture}, (4, 33, 47), 3)
    assert network.eval()(torch.rand(2, 4, 33, 47)).shape == (2, 3)


def test_timm_names_the_nearest_architecture() -> None:
    with pytest.raises(RecipeError, match="Did you mean resnet18"):
        build_classifier({"name": "timm", "architecture": "resnet_18"}, (3, 32, 32), 2)


def test_timm_refuses_arguments_in_one_sentence() -> None:
    wrong = {"name": "timm", "architecture": "resnet10t", "arguments": {"no_such": 1}}
    with pytest.raises(RecipeError, match="timm cannot make resnet10t"):
        build_classifier(wrong, (3, 32, 32), 2)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [({"pretrained": True}, "pretrained: weights come by a phase with from: timm:NAME"), ({"in_chans": 1}, "in_chans")],
)
def test_what_has_its_own_place_is_no_argument_of_timms(arguments: dict[str, Any], words: str) -> None:
    with pytest.raises(RecipeError, match=words):
        build_classifier({"name": "timm", "architecture": "resnet10t", "arguments": arguments}, (3, 32, 32), 2)


@pytest.mark.parametrize(
    ("settings_", "sentence"),
    [
        ({"name": "konv"}, "Did you mean conv"),
        ({}, "model.network.name: is required; allowed: .*conv, .*residual, .*timm"),
        ({"name": "conv", "chanels": [3]}, "model.network.chanels: no such field.*Did you mean channels"),
        ({"name": "conv", "channels": []}, "model.network.channels"),
        ({"name": "conv", "channels": [8] * 4}, r"images of 8×8 pixels vanish at stage 4 of 4; give fewer stages"),
        ({"name": "conv", "channels": [8], "kernel": 9, "padding": "valid"}, "vanish at stage 1 of 1"),
        ({"name": "residual", "blocks": []}, "model.network.blocks"),
    ],
)
def test_wrong_settings_are_told_in_one_sentence(settings_: dict, sentence: str) -> None:
    with pytest.raises(RecipeError, match=sentence) as told:
        build_classifier(settings_, (1, 8, 8), 2)
    assert "\n" not in str(told.value)


def test_tables_are_refused_by_networks_for_images() -> None:
    with pytest.raises(RecipeError, match="works on images, but one sample here has the shape 11"):
        build_classifier({"name": "conv"}, (11,), 2)


def test_spatial_code_that_does_not_mirror_is_refused_with_both_sizes() -> None:
    _network, code = build_encoder({"name": "conv", "channels": [4, 4]}, (1, 28, 28))
    with pytest.raises(RecipeError, match="maps of 7×7, but 3 doublings up to the image need 3×3"):
        build_decoder({"name": "conv-transpose", "channels": [4, 4]}, code, (1, 28, 28))
    with pytest.raises(RecipeError, match="needs a flat code, but the encoder gives maps of 4×7×7"):
        build_decoder({"name": "residual"}, code, (1, 28, 28))


OWN = """
from torch import nn

class Nothing: ...

def build(input_shape, outputs, width=4):
    c, h, w = input_shape
    return nn.Sequential(nn.Flatten(), nn.Linear(c * h * w, width), nn.ReLU(), nn.Linear(width, outputs))

def wrong_shape(input_shape, outputs):
    return nn.Flatten()

def pair(input_shape, outputs):
    class Two(nn.Module):
        def forward(self, x):
            return x, x
    return Two()

def encoder(input_shape, outputs):
    assert outputs is None
    return nn.Sequential(nn.Flatten(), nn.LazyLinear(3))

def decoder(input_shape, outputs):
    c, h, w = outputs
    return nn.Sequential(nn.Linear(*input_shape, c * h * w), nn.Unflatten(1, outputs))

def no_network(input_shape, outputs):
    return Nothing()

def for_large_images(input_shape, outputs):
    return nn.Conv2d(input_shape[0], outputs, 40)

number = 3
"""


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    package = tmp_path / "my_package"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "my_net.py").write_text(OWN)
    (package / "broken.py").write_text("import no_such_module_anywhere\n")
    monkeypatch.chdir(tmp_path)
    with allow("my_package"):
        yield "my_package.my_net"
    for name in [name for name in sys.modules if name.split(".")[0] == "my_package"]:
        del sys.modules[name]


def test_own_network_of_the_current_folder_builds_like_a_built_in_one(own: str) -> None:
    path = list(sys.path)
    network = build_classifier({"module": f"{own}:build", "arguments": {"width": 9}}, (3, 5, 7), 4)
    assert network(torch.rand(2, 3, 5, 7)).shape == (2, 4)
    assert network[1].out_features == 9
    assert sys.path == path


def test_own_encoder_and_decoder_fit_each_other(own: str) -> None:
    _network, code = build_encoder({"module": f"{own}:encoder"}, (1, 6, 5))
    assert code == (3,)
    decoder = build_decoder({"module": f"{own}:decoder"}, code, (1, 6, 5))
    assert output_shape(decoder, code, "") == (1, 6, 5)


@pytest.mark.parametrize(
    ("module", "sentence"),
    [
        ("my_package.my_net:wrong_shape", r"must give \['n', 4\], but it gives \['n', 105\]"),
        ("my_package.my_net:pair", "must give one tensor of 2 rows, but it gives tuple"),
        ("my_package.my_net:no_network", "must return a torch.nn.Module, but it returned Nothing"),
        ("my_package.my_net:absent", "has no function 'absent'"),
        ("my_package.my_net:number", "has no function 'number'"),
        ("my_package.my_net:for_large_images", "cannot take inputs of the shape"),
        ("my_package.my_net:encoder", "failed: AssertionError"),
        ("my_package.absent:build", "my_package.absent cannot be imported"),
        ("my_package.broken:build", "my_package.broken cannot be imported.*no_such_module_anywhere"),
        ("my_package.my_net", "model.network.module"),
        ("my_package/my_net.py:build", "model.network.module"),
    ],
)
def test_own_network_that_does_not_fit_is_told_in_one_sentence(own: str, module: str, sentence: str) -> None:
    with pytest.raises(RecipeError, match=sentence) as told:
        build_classifier({"module": module}, (3, 5, 7), 4)
    assert "\n" not in str(told.value)


def test_trying_a_network_changes_neither_its_statistics_nor_the_generator() -> None:
    network = torch.nn.Sequential(torch.nn.BatchNorm2d(1), torch.nn.Dropout(0.5))
    state = torch.get_rng_state()
    output_shape(network, (1, 4, 4), "")
    assert torch.equal(torch.get_rng_state(), state)
    assert network.training
    assert int(network[0].num_batches_tracked) == 0
