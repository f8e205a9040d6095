from __future__ import annotations

import pytest

from trasluz import recipe


@pytest.mark.parametrize(("name", "epochs", "latent"), [("vae", 200, 10), ("mmd-vae", 2, 8)])
def test_recipes_as_written_keep_the_notebooks_optimiser_batch_epochs_and_code(
    name: str, epochs: int, latent: int
) -> None:
    loaded = recipe.load(name)
    train = loaded.train
    assert (train.optimiser.name, train.optimiser.learning_rate, train.optimiser.momentum) == ("sgd", 0.5, 0.0)
    assert (train.batch, train.epochs, train.schedule.name, train.ema) == (32, epochs, "constant", None)
    assert loaded.model["latent"] == latent
    assert loaded.model["augment_inputs"] == {"flip_horizontal": True, "contrast": 0.2}
    assert loaded.data.valid == "last 5000"


@pytest.mark.parametrize(("written", "tuned"), [("vae", "vae-tuned"), ("mmd-vae", "mmd-vae-tuned")])
def test_tuned_twins_keep_the_code_and_the_likelihood(written: str, tuned: str) -> None:
    first, second = recipe.load(written).model, recipe.load(tuned).model
    for field in ("latent", "likelihood", "scale"):
        assert first[field] == second[field]


def test_the_tuned_twin_keeps_beta_and_a_tenth_of_the_weight_of_mmd() -> None:
    assert recipe.load("vae").model["divergence"]["beta"] == recipe.load("vae-tuned").model["divergence"]["beta"]
    written, tuned = (recipe.load(name).model["divergence"]["weight"] for name in ("mmd-vae", "mmd-vae-tuned"))
    assert tuned == pytest.approx(written / 10, rel=0.01)


def test_the_notebooks_prepared_schedule_can_be_switched_on() -> None:
    words = "train.schedule={name: piecewise, epochs: [100], factors: [0.2, 0.02]}"
    changed = recipe.load("vae").override(recipe.parse_overrides([words]))
    assert changed.train.schedule.factors == (0.2, 0.02)


def test_the_fragile_recipe_says_so_and_names_its_twin() -> None:
    written = recipe.load("vae")
    assert set(written.fragile) == {"en", "es"}
    assert all("`vae-tuned`" in text for text in written.fragile.values())
    assert "Fragile" in written.description["en"]
    assert "Frágil" in written.description["es"]
    assert not recipe.load("vae-tuned").fragile
