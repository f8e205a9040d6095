"""The recipes of the classifiers and joint nets: as the notebooks have them, and within what they promise."""

from __future__ import annotations

from itertools import pairwise

import pytest
import torch
from torch import nn

from trasluz import recipe
from trasluz.data.data import DataSpec
from trasluz.families import base
from trasluz.training.decay import decays
from trasluz.training.optimisers import make_optimiser

TEN = tuple("0123456789")
SMALL_DATA = {
    # rate, weight decay, batch, epochs, sizes of the hidden layers
    "mnist-mlp": (1e-3, 0.0, "full", 100, [100]),
    "underfitting": (1e-3, 0.0, "full", 30, []),
    "overfitting": (1e-3, 0.0, "full", 200, [60] * 6),
    "weight-decay": (1e-3, 0.01, "full", 100, [60] * 6),
    "full-batch": (1e-2, 0.01, "full", 15, [50] * 3),
    "small-batches": (1e-2, 0.01, 256, 10, [50] * 3),
}
JOINT = ("classifier-reconstruction", "joint-classifier-only", "joint-autoencoder-only")


def networks_of(name: str) -> nn.ModuleDict:
    loaded = recipe.load(name)
    return base.create(loaded.model, DataSpec("image", (1, 28, 28), TEN)).build()


@pytest.mark.parametrize("name", SMALL_DATA)
def test_nets_of_small_data_are_the_notebooks(name: str) -> None:
    loaded = recipe.load(name)
    rate, decay, batch, epochs, hidden = SMALL_DATA[name]
    train = loaded.train
    found = (
        train.optimiser.name,
        train.optimiser.learning_rate,
        train.optimiser.weight_decay,
        train.batch,
        train.epochs,
    )
    assert found == ("adam", rate, decay, batch, epochs)
    assert loaded.data.limits.model_dump() == {"train": 600, "valid": 200, "test": 100}
    assert loaded.data.normalise == "raw"
    sizes = [784, *hidden, 10]
    layers = [m for m in networks_of(name).modules() if isinstance(m, nn.Linear)]
    assert [(m.in_features, m.out_features) for m in layers] == list(pairwise(sizes))


@pytest.mark.parametrize("name", ["weight-decay", "mnist-cnn-5x5"])
def test_weight_decay_moves_every_parameter_as_pytorchs_adam_does(name: str) -> None:
    section = recipe.load(name).train.optimiser
    ours, theirs = nn.Linear(3, 2), nn.Linear(3, 2)
    theirs.load_state_dict(ours.state_dict())
    optimisers = (
        make_optimiser(section, ours.named_parameters(), decaying=decays(ours)),
        torch.optim.Adam(theirs.parameters(), lr=section.learning_rate, weight_decay=section.weight_decay),
    )
    inputs = torch.rand(4, 3)
    for _step in range(3):
        for network, optimiser in zip((ours, theirs), optimisers, strict=True):
            optimiser.zero_grad()
            network(inputs).square().sum().backward()
            optimiser.step()
    assert torch.allclose(ours.weight, theirs.weight, atol=1e-7)
    assert torch.allclose(ours.bias, theirs.bias, atol=1e-7)


def test_small_classifier_has_fewer_than_a_hundred_thousand_parameters() -> None:
    assert sum(p.numel() for p in networks_of("fashion-cnn-small").parameters()) < 100_000


def test_raw_pixels_differs_from_lenet_in_the_pixels_alone() -> None:
    trees = [recipe.load(name).model_dump() for name in ("lenet", "raw-pixels")]
    assert trees[0]["data"].pop("normalise") == "standard"
    assert trees[1]["data"].pop("normalise") == "raw"
    assert [trees[0][part] for part in ("data", "model", "train")] == [
        trees[1][part] for part in ("data", "model", "train")
    ]


def test_controls_differ_from_the_joint_net_in_one_weight_each() -> None:
    models = [dict(recipe.load(name).model) for name in JOINT]
    weights = [(m.pop("classification"), m.pop("reconstruction")) for m in models]
    assert weights == [(1.0, 1.0), (1.0, 0.0), (0.0, 1.0)]
    assert models[0] == models[1] == models[2]
    trains = [recipe.load(name).train for name in JOINT]
    assert trains[0] == trains[1] == trains[2]
    assert (trains[0].optimiser.learning_rate, trains[0].batch, trains[0].epochs) == (1e-4, 64, 300)


def test_vae_classifiers_share_their_networks_and_only_the_notebooks_leaves_the_decoder_alone() -> None:
    models = [recipe.load(name).model for name in ("vae-classifier", "vae-classifier-notebook")]
    for part in ("encoder", "decoder", "classifier", "latent", "augment_inputs"):
        assert models[0][part] == models[1][part]
    assert models[0]["reconstruction"] > 0
    assert models[1]["reconstruction"] == 0
    assert models[1]["divergence"] == {"name": "kl", "beta": 0.5}  # a mean over 2 dimensions, weighed 1
