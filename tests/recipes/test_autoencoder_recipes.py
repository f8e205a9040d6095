"""The notebook's autoencoders keep its layers and settings, tuned twins their code, the control the network."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from trasluz import recipe
from trasluz.data.data import DataSpec
from trasluz.data.feed.batch import Batch
from trasluz.families import base
from trasluz.families.base import Progress
from trasluz.rng import Rng

CLOTHES = DataSpec("image", (1, 28, 28), tuple("abcdefghij"))
WRITTEN = ["stacked-autoencoder", "layerwise-autoencoder", "conv-pooled-autoencoder"]
TUNED = [f"{name}-tuned" for name in WRITTEN]


def build(name: str, spec: DataSpec = CLOTHES) -> tuple[base.BaseFamily, nn.ModuleDict]:
    family = base.create(recipe.load(name).model, spec)
    torch.manual_seed(0)
    return family, family.build()


def kernels(networks: nn.ModuleDict) -> list[tuple[int, ...]]:
    return [tuple(p.shape) for p in networks.parameters() if p.ndim > 1]


@pytest.mark.parametrize(
    ("name", "shapes"),
    [
        ("stacked-autoencoder", [(100, 784), (30, 100), (100, 30), (784, 100)]),
        ("layerwise-autoencoder", [(100, 784), (30, 100), (100, 30), (784, 100)]),
        (
            "conv-pooled-autoencoder",
            [
                *[(16, 1, 3, 3), (32, 16, 3, 3), (64, 32, 3, 3), (30, 64, 3, 3)],
                *[(144, 30), (16, 32, 3, 3), (32, 16, 3, 3), (16, 1, 3, 3)],
            ],
        ),
    ],
)
def test_written_autoencoders_have_the_notebooks_layers(name: str, shapes: list[tuple[int, ...]]) -> None:
    family, networks = build(name)
    assert kernels(networks) == shapes
    assert not any(p.detach().any() for p in networks.parameters() if p.ndim == 1)
    codes = family.encode(networks, torch.rand(50, *CLOTHES.shape))
    assert codes.shape == (50, 30)
    assert codes.min() >= 0
    raw = networks["decoder"](10 * codes)
    assert raw.min() < 0
    assert not any(isinstance(m, (nn.Dropout, nn.BatchNorm2d)) for m in networks.modules())


def test_the_pooled_autoencoder_goes_through_the_notebooks_map_sizes() -> None:
    family, networks = build("conv-pooled-autoencoder")
    shapes = family.layers(networks)
    assert [shapes[f"encoder.pool{i}"] for i in (1, 2, 3, 4)] == [(16, 14, 14), (32, 7, 7), (64, 3, 3), (30,)]
    assert [shapes[f"decoder.deconv{i}"] for i in (1, 2, 3)] == [(32, 7, 7), (16, 14, 14), (1, 28, 28)]
    assert [name for name in shapes if "activation" in name and "decoder" in name] == [
        "decoder.activation1",
        "decoder.activation2",
    ]


@pytest.mark.parametrize("name", WRITTEN)
def test_written_autoencoders_train_as_keras_did(name: str) -> None:
    chosen = recipe.load(name)
    assert chosen.data.valid == "last 5000"
    assert chosen.model["likelihood"] == {"name": "squared-error", "linear": True}
    assert chosen.model["scale"] == "mean"
    for _phase, train in chosen.resolved_phases():
        assert (train.optimiser.name, train.optimiser.eps, train.batch) == ("nadam", 1e-7, 32)
        assert train.optimiser.rule == "torch"  # the Nadam of Keras up to 2.10
        assert train.schedule.name == "constant"
        assert train.ema is None


def test_epochs_and_rates_are_the_published_ones() -> None:
    def told(name: str) -> list[tuple[str, int, float]]:
        phases = recipe.load(name).resolved_phases()
        return [(phase.name, train.epochs, train.optimiser.learning_rate) for phase, train in phases]

    assert told("stacked-autoencoder") == [("train", 20, 1e-3)]
    assert told("conv-pooled-autoencoder") == [("train", 10, 1e-3)]
    assert told("layerwise-autoencoder") == [("layer-1", 10, 5e-4), ("layer-2", 10, 5e-3), ("joint", 5, 1e-3)]
    assert told("linear-autoencoder") == [("train", 500, 0.5)]


@pytest.mark.parametrize(("written", "tuned"), list(zip(WRITTEN, TUNED, strict=True)))
def test_tuned_twins_have_the_same_code_and_fewer_steps(written: str, tuned: str) -> None:
    codes, steps = [], []
    for name in (written, tuned):
        family, networks = build(name)
        codes.append(family.encode(networks.eval(), torch.rand(2, *CLOTHES.shape)).shape)
        phases = recipe.load(name).resolved_phases()
        steps.append(sum(train.epochs / int(train.batch) for _phase, train in phases))
    assert codes[0] == codes[1]
    assert steps[1] < steps[0] / 2


@pytest.mark.parametrize("name", [*WRITTEN, *TUNED])
def test_autoencoder_recipes_overfit_eight_images(name: str) -> None:
    family, networks = build(name, DataSpec("image", (1, 12, 12)))
    ramp = torch.linspace(0, 3, 12)
    images = torch.stack([(torch.sin(ramp * k)[:, None] * torch.cos(ramp)[None] + 1) / 2 for k in range(1, 9)])[:, None]
    batch = Batch(images, images, torch.arange(8))
    where, progress = Rng(0).at(0, 0, torch.arange(8)), Progress("train", 0, 0, torch.tensor(0.0))
    optimiser = torch.optim.Adam(networks.parameters(), 5e-3)
    for _step in range(450 if name == "conv-pooled-autoencoder" else 100):
        total, _logged = family.total(
            networks, family.losses(networks, batch, where, progress, "main"), progress, "main"
        )
        optimiser.zero_grad()
        total.backward()
        optimiser.step()
    assert total.item() < 0.01


def test_the_linear_autoencoder_is_two_linear_maps_of_a_table() -> None:
    _family, networks = build("linear-autoencoder", DataSpec("table", (3,)))
    assert kernels(networks) == [(2, 3), (3, 2)]
    assert {type(m).__name__ for m in networks.modules() if not next(m.children(), None)} == {"Linear"}


def test_the_control_differs_from_pretraining_in_the_weights_that_it_starts_from_only() -> None:
    pretrained, control = recipe.load("pretrained-classifier"), recipe.load("scratch-classifier")
    assert pretrained.model == control.model
    assert pretrained.data == control.data
    assert pretrained.data.labelled == 100
    first, second = pretrained.resolved_phases()
    assert first[0].frozen == ("classifier.encoder.*",)
    assert second[0].frozen == ()
    assert first[1].epochs + second[1].epochs == control.train.epochs
    assert pretrained.model["network"]["encoder"] == recipe.load("stacked-autoencoder").model["encoder"]


def test_the_autoencoders_encoder_fits_the_classifier_under_its_new_name() -> None:
    _family, autoencoder = build("stacked-autoencoder")
    _family, classifier = build("pretrained-classifier")
    given = {f"classifier.{n}": v.shape for n, v in autoencoder.state_dict().items() if n.startswith("encoder.")}
    own = {n: v.shape for n, v in classifier.state_dict().items()}
    assert given.items() <= own.items()
