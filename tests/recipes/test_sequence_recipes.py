"""Recurrent, denoising and sparse recipes: as the notebook has them; tuned twins keep code, noise and price."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from trasluz import recipe
from trasluz.data.data import DataSpec
from trasluz.families import base
from trasluz.networks.recurrence import Lstm

CLOTHES = DataSpec("image", (1, 28, 28), tuple("abcdefghij"))
WRITTEN = [
    "recurrent-autoencoder",
    "denoising-autoencoder",
    "denoising-gaussian-autoencoder",
    "sparse-autoencoder",
    "sparse-kl-autoencoder",
]
TUNED = ["recurrent-autoencoder", "denoising-autoencoder", "sparse-autoencoder"]


def family(name: str) -> Any:
    return base.create(recipe.load(name).model, CLOTHES)


@pytest.mark.parametrize("name", WRITTEN)
def test_written_recipes_train_as_keras_did_and_judge_raw_numbers(name: str) -> None:
    chosen = recipe.load(name)
    optimiser = chosen.train.optimiser
    assert (optimiser.name, optimiser.rule, optimiser.learning_rate, optimiser.eps) == ("nadam", "torch", 1e-3, 1e-7)
    assert (chosen.train.epochs, chosen.train.batch, chosen.data.valid) == (10, 32, "last 5000")
    made = family(name)
    assert made.likelihood.linear
    assert made.scale("main") == pytest.approx(1 / 784)


@pytest.mark.parametrize("name", WRITTEN)
def test_written_recipes_have_the_notebooks_layers(name: str) -> None:
    networks = family(name).build()
    if name == "recurrent-autoencoder":
        sizes = [(m.input_size, m.hidden_size) for m in networks.modules() if isinstance(m, Lstm)]
        assert sizes == [(28, 100), (100, 30), (30, 100)]
        return
    code = 300 if name.startswith("sparse") else 30
    kernels = [tuple(p.shape) for p in networks.parameters() if p.ndim > 1]
    assert kernels == [(100, 784), (code, 100), (100, code), (784, 100)]


@pytest.mark.parametrize("name", TUNED)
def test_tuned_twins_keep_the_code_the_noise_and_the_price_of_activity(name: str) -> None:
    written, tuned = family(name), family(f"{name}-tuned")
    codes = [each.encode(each.build(), torch.rand(2, *CLOTHES.shape)).shape for each in (written, tuned)]
    assert codes[0] == codes[1]
    assert written.config.noise == tuned.config.noise
    assert written.config.sparsity == tuned.config.sparsity


def test_the_kl_recipe_has_the_books_weight_per_batch_of_32() -> None:
    sparsity = family("sparse-kl-autoencoder").config.sparsity
    assert sparsity.weight * 32 == pytest.approx(0.005)
    assert sparsity.goal == 0.1
