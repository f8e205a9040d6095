"""DCGAN's two networks: any size from 16×16 on, the paper's shapes, and sentences for what cannot be."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from trasluz.errors import RecipeError
from trasluz.networks.choose import build_discriminator, build_generator

SIZES = [(16, 16), (28, 28), (17, 31), (33, 47), (64, 96)]
GENERATORS: list[dict[str, Any]] = [
    {"width": 4},
    {"width": 4, "up": "resize", "dropout": 0.1, "norm": None},
    {"width": 4, "kernel": 5, "stages": 1, "initial": "glorot-uniform", "activation": "leaky-relu"},
    {"width": 4, "kernel": 3, "most": 4},
]
DISCRIMINATORS: list[dict[str, Any]] = [
    {"width": 4},
    {"width": 4, "spectral_norm": True, "kernel": 3},
    {"width": 4, "norm": {}, "dropout": 0.3, "kernel": 5, "stages": 1, "initial": "he-normal"},
]


@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("classes", [0, 3])
def test_images_of_every_size_are_made_and_judged(size: tuple[int, int], channels: int, classes: int) -> None:
    shape = (channels, *size)
    shares = (torch.eye(3)[:2],) if classes else ()
    for settings in GENERATORS:
        network = build_generator({"name": "dcgan", **settings}, 5, shape, classes)
        assert network.train()(torch.randn(2, 5), *shares).shape == (2, *shape)
    for settings in DISCRIMINATORS:
        network = build_discriminator({"name": "dcgan", **settings}, shape, classes)
        assert network.train()(torch.rand(2, *shape), *shares).shape == (2, 1)


def test_at_64_pixels_they_have_the_papers_shapes() -> None:
    generator = build_generator({"name": "dcgan", "width": 128, "most": 1024}, 100, (3, 64, 64), 0)
    layers = dict(generator.body.named_children())
    assert layers["dense"].weight.shape == (1024 * 4 * 4, 100)
    grow = [m for m in layers.values() if isinstance(m, nn.ConvTranspose2d)]
    assert [(m.in_channels, m.out_channels) for m in grow] == [(1024, 512), (512, 256), (256, 128), (128, 3)]
    discriminator = build_discriminator({"name": "dcgan"}, (3, 64, 64), 0)
    convs = [m for m in discriminator.body if isinstance(m, nn.Conv2d)]
    assert [(m.in_channels, m.out_channels, m.stride) for m in convs] == [
        (3, 64, (2, 2)), (64, 128, (2, 2)), (128, 256, (2, 2)), (256, 512, (2, 2))
    ]  # fmt: skip


def test_first_weights_are_the_papers() -> None:
    torch.manual_seed(0)
    for network in (
        build_generator({"name": "dcgan"}, 64, (1, 28, 28), 0),
        build_discriminator({"name": "dcgan"}, (1, 28, 28), 0),
    ):
        for module in network.modules():
            if isinstance(module, (nn.Linear, nn.Conv2d, nn.ConvTranspose2d)):
                assert float(module.weight.detach().std()) == pytest.approx(0.02, rel=0.1)
                assert module.bias is None or not module.bias.detach().any()


def test_spectral_norm_gives_every_kernel_the_norm_one_and_keeps_plain_state() -> None:
    torch.manual_seed(0)
    network = build_discriminator({"name": "dcgan", "width": 4, "spectral_norm": True}, (1, 28, 28), 3)
    for _step in range(30):
        network(torch.rand(2, 1, 28, 28), torch.eye(3)[:2])
    network.eval()
    for module in (network.body.conv1, network.body.conv2, network.head, network.embedding):
        norm = torch.linalg.matrix_norm(module.weight.detach().flatten(1), 2)
        assert float(norm) == pytest.approx(1, rel=0.02)
    assert {name.split(".")[-1] for name in network.state_dict()} == {"original", "_u", "_v", "bias"}


def test_class_vectors_add_an_inner_product_and_no_class_adds_nothing() -> None:
    network = build_discriminator({"name": "dcgan", "width": 4}, (1, 16, 16), 3).eval()
    images = torch.rand(2, 1, 16, 16)
    plain, none = network(images), network(images, torch.zeros(2, 3))
    assert torch.equal(plain, none)
    features = network.body(images)
    expected = plain[:, 0] + (features * network.embedding.weight.T[[2, 0]]).sum(1)
    torch.testing.assert_close(network(images, torch.eye(3)[[2, 0]])[:, 0], expected)


@pytest.mark.parametrize("size", [(8, 8), (15, 28), (28, 1)])
def test_smaller_images_are_refused_in_one_sentence(size: tuple[int, int]) -> None:
    for build in (
        lambda s: build_generator({"name": "dcgan"}, 5, s, 0),
        lambda s: build_discriminator({"name": "dcgan"}, s, 0),
    ):
        with pytest.raises(RecipeError, match=rf"images of {size[0]}×{size[1]} pixels are too small.*data.size=16"):
            build((1, *size))


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"stages": 6}, "vanish at stage 6 of 6"),
        ({"spectral_norm": True, "l2": 0.1}, "l2 would do nothing"),
        ({"spectral": True}, "model.discriminator.spectral: no such field"),
    ],
)
def test_settings_that_cannot_work_are_told(settings: dict[str, Any], sentence: str) -> None:
    with pytest.raises(RecipeError, match=sentence):
        build_discriminator({"name": "dcgan", **settings}, (1, 28, 28), 0)


def test_resizing_needs_an_odd_kernel() -> None:
    with pytest.raises(RecipeError, match="up: resize needs an odd kernel"):
        build_generator({"name": "dcgan", "up": "resize", "kernel": 4}, 5, (1, 28, 28), 0)


def test_own_networks_of_both_kinds_are_called_with_class_shares(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "own_gan.py").write_text(
        "from torch import nn\n"
        "class Made(nn.Module):\n"
        "    def __init__(self, k, shape):\n"
        "        super().__init__()\n"
        "        self.line, self.shape = nn.LazyLinear(shape[0] * shape[1] * shape[2]), shape\n"
        "    def forward(self, z, y):\n"
        "        assert y.shape == (len(z), 3)\n"
        "        return self.line(z).reshape(-1, *self.shape)\n"
        "def make(input_shape, outputs):\n"
        "    net = Made(input_shape[0], outputs)\n"
        "    net.line = nn.Linear(input_shape[0], outputs[0] * outputs[1] * outputs[2])\n"
        "    return net\n"
        "def judge(input_shape, outputs):\n"
        "    assert outputs == 1\n"
        "    return nn.Sequential(nn.Flatten(), nn.Linear(input_shape[1] * input_shape[2], 1))\n"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TRASLUZ_ALLOW", "own_gan")
    assert build_generator({"module": "own_gan:make"}, 2, (1, 5, 4), 3)
    assert build_discriminator({"module": "own_gan:judge"}, (1, 5, 4), 0)
    with pytest.raises(RecipeError, match=r"model.discriminator: the network cannot take inputs"):
        build_discriminator({"module": "own_gan:judge"}, (1, 5, 4), 3)
