from __future__ import annotations

import pytest

from trasluz import recipe
from trasluz.data.data import DataSpec
from trasluz.families import base

SHAPES = {"digits": (1, 8, 8), "run:GENERATOR": (1, 28, 28), "fashion-mnist": (1, 28, 28), "mnist": (1, 28, 28)}
TABLES = {"ring-3d": (3,), "iris": (4,), "two-blobs": (2,), "winequality-red.csv": (11,)}
WRITTEN = ("cats-dogs-1", "cats-dogs-2", "conv-autoencoder")


@pytest.mark.parametrize("name", recipe.built_in_names())
def test_built_in_recipe_is_named_as_its_file_and_speaks_both_languages(name: str) -> None:
    loaded = recipe.load(name)
    assert loaded.name == name
    assert set(loaded.description) == {"en", "es"}
    assert all("\n" not in line and len(line) < 160 for line in loaded.description.values())


@pytest.mark.parametrize("name", recipe.built_in_names())
def test_built_in_recipe_builds_its_networks_for_its_data(name: str) -> None:
    loaded = recipe.load(name)
    size = loaded.data.size
    shape = (loaded.data.channels, size, size) if size else (SHAPES | TABLES)[loaded.data.source]
    classes = ("cats", "dogs") if "cats" in name or "wine" in name else tuple("0123456789")
    domains = classes if loaded.data.domains else ()
    family = base.create(
        loaded.model, DataSpec("image" if len(shape) == 3 else "table", shape, classes, domains=domains)
    )
    assert family.layers(family.build())


def test_recipes_as_written_keep_the_notebooks_optimiser_batch_and_epochs() -> None:
    found = {}
    for name in WRITTEN:
        train = recipe.load(name).train
        optimiser = train.optimiser
        found[name] = (
            optimiser.name,
            optimiser.learning_rate,
            optimiser.eps,
            train.batch,
            train.steps_per_epoch,
            train.epochs,
        )
        assert train.schedule.name == "constant"
        assert train.early_stopping is None
        assert train.ema is None
    assert found == {
        "cats-dogs-1": ("rmsprop", 1e-4, 1e-7, 20, 100, 30),
        "cats-dogs-2": ("rmsprop", 1e-4, 1e-7, 20, 100, 100),
        "conv-autoencoder": ("adam", 1e-4, 1e-7, 64, None, 300),
    }
    assert recipe.load("cats-dogs-1").train.optimiser.alpha == 0.9


def test_early_stopping_of_the_notebook_is_prepared_and_can_be_switched_on() -> None:
    words = "train.early_stopping={monitor: train/loss, min_delta: 0.0001, patience: 3, start_epoch: 150}"
    changed = recipe.load("conv-autoencoder").override(recipe.parse_overrides([words]))
    assert changed.train.early_stopping is not None
    assert changed.train.early_stopping.start_epoch == 150
