"""The multilayer perceptron: the layers that were asked for, on samples of any shape."""

from __future__ import annotations

import math

import pytest
import torch

from trasluz.errors import RecipeError
from trasluz.networks.choose import build_classifier
from trasluz.networks.classifiers.dense import BatchNorm


@pytest.mark.parametrize("shape", [(7,), (3,), (1, 8, 8), (3, 33, 47), (4, 1, 1), (5, 6)])
def test_samples_of_any_shape_are_flattened(shape: tuple[int, ...]) -> None:
    network = build_classifier({"name": "dense", "hidden": [5, 4]}, shape, 3)
    width = math.prod(shape)
    assert sum(p.numel() for p in network.parameters()) == width * 5 + 5 + 5 * 4 + 4 + 4 * 3 + 3
    assert network(torch.rand(2, *shape)).shape == (2, 3)


def test_no_hidden_layer_is_one_linear_map() -> None:
    network = build_classifier({"name": "dense", "hidden": []}, (6,), 2)
    inputs = torch.rand(4, 6)
    expected = inputs @ network.outputs.weight.T + network.outputs.bias
    torch.testing.assert_close(network(inputs), expected)


def test_each_hidden_layer_can_have_its_own_activation_norm_and_dropout() -> None:
    settings = {"name": "dense", "hidden": [5, 4], "activation": ["tanh", "none"], "norm": {}, "dropout": 0.2}
    network = build_classifier(settings, (6,), 2)
    names = [name for name, module in network.named_modules() if not list(module.children())]
    assert names == [
        *(f"layer1.{part}" for part in ("dense", "norm", "activation", "dropout")),
        *(f"layer2.{part}" for part in ("dense", "norm", "dropout")),
        "outputs",
    ]
    assert isinstance(network.layer1.activation, torch.nn.Tanh)
    with pytest.raises(RecipeError, match="one activation for all hidden layers"):
        build_classifier({"name": "dense", "hidden": [5], "activation": ["tanh", "relu"]}, (6,), 2)


def test_the_notebooks_softmax_before_the_loss_bounds_every_probability() -> None:
    network = build_classifier({"name": "dense", "hidden": [5], "scores": "softmax"}, (6,), 4)
    scores = network(100 * torch.rand(50, 6))
    torch.testing.assert_close(scores.sum(1), torch.ones(50))
    assert scores.softmax(1).max() <= math.e / (math.e + 3) + 1e-6


def test_a_batch_of_one_sample_is_normalised_with_what_was_learned() -> None:
    norm = BatchNorm(3).train()
    for _step in range(50):
        norm(torch.randn(64, 3) * 2 + 5)
    before = {name: value.clone() for name, value in norm.state_dict().items()}
    sample = torch.randn(1, 3)
    expected = (sample - norm.running_mean) / (norm.running_var + norm.eps).sqrt()
    torch.testing.assert_close(norm(sample), expected)
    assert all(torch.equal(value, before[name]) for name, value in norm.state_dict().items())
