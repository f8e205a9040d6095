"""A recipe on weights of one's own: the network, images and patterns follow from the file; features are kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import timm
import torch
from PIL import Image
from safetensors.torch import save_file

import trasluz as tz
from tests import real
from trasluz.data.data import DataSpec
from trasluz.errors import RecipeError
from trasluz.families import base
from trasluz.recipe import load
from trasluz.training import derived
from trasluz.training.phases import choose_trainable, rate_factors

QUICK: dict[str, Any] = {"data.size": 64, "data.valid": 0.25, "train.epochs": 2, "train.steps_per_epoch": 10}


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("weights") / "resnet10t.safetensors"
    save_file(timm.create_model("resnet10t").state_dict(), path)
    return path


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Red and blue photographs: a random trunk tells them apart."""
    folder, rng = tmp_path_factory.mktemp("photos"), np.random.default_rng(0)
    for name, channel in (("blue", 2), ("red", 0)):
        (folder / name).mkdir()
        for i in range(12):
            pixels = rng.integers(0, 120, (80, 90, 3))
            pixels[..., channel] += 120
            Image.fromarray(pixels.astype(np.uint8)).save(folder / name / f"{i}.jpg")
    return folder


def test_the_recipe_follows_the_file(weights: Path) -> None:
    chosen = tz.with_weights("photos-transfer", weights)
    assert chosen.model["network"] == {"name": "timm", "architecture": "resnet10t", "last_layer": "zeros"}
    assert (chosen.data.size, chosen.data.normalise) == (176, "pretrained")
    assert chosen.phases[0].weights_from == f"file:{weights}"
    assert chosen.phases[0].trainable == ("classifier.fc.*",)


@pytest.mark.parametrize(
    "source",
    ["timm:resnet18", "timm:vit_tiny_patch16_224", "timm:tf_efficientnet_lite0", "torchvision:mobilenet_v3_small"],
)
def test_patterns_and_rates_fit_every_network(source: str) -> None:
    chosen = tz.with_weights("photos-transfer-all", source)
    networks = base.create(chosen.model, DataSpec("image", (3, chosen.data.size, chosen.data.size), ("a", "b"))).build()
    for phase, train in chosen.resolved_phases():
        choose_trainable(networks, phase)
        factors = rate_factors(networks, train.learning_rate_factors)
    named = {id(p): n for n, p in networks.named_parameters()}
    ordered = {named[id(p)]: factors[p] for p in networks.parameters()}
    head = [f for n, f in ordered.items() if any(n.startswith(q[:-1]) for q in chosen.phases[0].trainable)]
    assert set(head) == {1.0}
    assert min(ordered.values()) == pytest.approx(0.1)
    assert next(iter(ordered.values())) < 0.5  # what is nearest to the image moves slowly


@pytest.mark.parametrize("name", ["digits-cnn", "transfer-fashion-to-mnist"])
def test_a_recipe_that_starts_from_nothing_of_a_library_is_refused(name: str, weights: Path) -> None:
    with pytest.raises(RecipeError, match="use photos-transfer"):
        tz.with_weights(name, weights)


def test_weights_that_do_not_exist_are_refused() -> None:
    with pytest.raises(RecipeError, match="Did you mean resnet18"):
        tz.with_weights("photos-transfer", "timm:resnet_18")
    with pytest.raises(RecipeError, match="there is no file"):
        tz.with_weights("photos-transfer", "nowhere.safetensors")


def test_a_run_on_a_file_can_be_looked_into_and_a_second_one_computes_no_features(
    weights: Path, photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRASLUZ_CACHE", str(tmp_path / "cache"))
    recipe = tz.with_weights("photos-transfer", weights)
    first = tz.train(recipe, data=photos, set=QUICK, runs=tmp_path / "runs")
    assert first.info["features"] == {"head": [512]}
    assert first.metrics["valid/accuracy"] == 1
    maps = first.look("cam")
    layer = maps.layers[-1]
    assert layer.startswith("classifier.layer4.0.")
    assert maps.maps[layer].shape[-2:] == (2, 2)  # the trunk's last grid: 64 pixels, halved five times
    assert np.isfinite(maps.maps[layer]).all()

    def refuse(*_given: Any) -> None:
        raise AssertionError("features were computed again")

    monkeypatch.setattr(derived, "_computed", refuse)
    second = tz.train(recipe, data=photos, set=QUICK, runs=tmp_path / "runs")
    for name, value in first.networks.state_dict().items():
        assert torch.equal(value, second.networks.state_dict()[name]), name
    other = QUICK | {"data.resize": "stretch"}  # other images of the same files
    with pytest.raises(AssertionError, match="computed again"):
        tz.train(recipe, data=photos, set=other, runs=tmp_path / "runs")


def test_the_real_weights_tell_cats_from_dogs_after_forty_photographs(tmp_path: Path) -> None:
    weights, data = real.efficientnet_lite0(), real.cats_dogs()
    recipe = tz.with_weights("photos-transfer", weights)
    assert recipe.model == load("photos-transfer").model
    run = tz.train(recipe, data=data, set={"data.limit": {"train": 40, "valid": 40}}, runs=tmp_path)
    assert run.metrics["valid/accuracy"] >= 0.9
