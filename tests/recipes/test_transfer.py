"""The transfer recipes: what the notebook has, and patterns that fit the networks they are meant for."""

from __future__ import annotations

import pytest
import torch

from trasluz import recipe
from trasluz.data.data import DataSpec
from trasluz.families import base
from trasluz.training.phases import choose_trainable, rate_factors, train_mode


@pytest.mark.parametrize(
    ("name", "shape", "classes"),
    [
        ("transfer-resnet18", (3, 28, 28), "0123456789"),
        ("transfer", (3, 64, 64), "cd"),
        ("transfer-fashion-to-mnist", (1, 28, 28), "0123456789"),
    ],
)
def test_patterns_fit_the_network(name: str, shape: tuple[int, ...], classes: str) -> None:
    loaded = recipe.load(name)
    networks = base.create(loaded.model, DataSpec("image", shape, tuple(classes))).build()
    for phase, train in loaded.resolved_phases():
        choose_trainable(networks, phase)
        rate_factors(networks, train.learning_rate_factors)
    assert loaded.phases[0].weights_from


def test_the_notebooks_resnet_moves_its_last_layer_alone_and_its_norms_go_on_counting() -> None:
    loaded = recipe.load("transfer-resnet18")
    ((phase, train),) = loaded.resolved_phases()
    optimiser = train.optimiser
    written = (
        optimiser.name,
        optimiser.learning_rate,
        optimiser.weight_decay,
        train.batch,
        train.epochs,
        optimiser.momentum,
    )
    assert written == ("sgd", 0.001, 0.1, 32, 5, 0.0)
    assert optimiser.decay_norms_and_biases
    networks = base.create(loaded.model, DataSpec("image", (3, 28, 28), tuple("0123456789"))).build()
    choose_trainable(networks, phase)
    train_mode(networks, phase.frozen_norms)
    names = [name for name, parameter in networks.named_parameters() if parameter.requires_grad]
    assert names == ["classifier.fc.weight", "classifier.fc.bias"]
    before = networks["classifier"].bn1.running_mean.clone()
    with torch.no_grad():
        networks["classifier"](torch.rand(2, 3, 28, 28))
    assert not torch.equal(before, networks["classifier"].bn1.running_mean)


def test_both_ways_to_600_images_differ_in_their_start_alone() -> None:
    scratch, moved = recipe.load("mnist-600"), recipe.load("transfer-fashion-to-mnist")
    backbone = recipe.load("fashion-backbone")
    assert (scratch.data, scratch.model, scratch.train) == (moved.data, moved.model, moved.train)
    assert backbone.model == moved.model
