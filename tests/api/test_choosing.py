"""Data in the place of a recipe: chosen, measured, trained, and repeated to the bit from the recipe in the run."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import timm
from PIL import Image
from safetensors.torch import save_file

import trasluz as tz
from tests.choosing.made import bars
from tests.conftest import ImageFolder
from trasluz.api import choosing
from trasluz.choosing import choose, pace
from trasluz.choosing.candidates import _small, base
from trasluz.errors import RecipeError, RequestError
from trasluz.recipe import load
from trasluz.reporting import Reporter

ONE = {"train.epochs": 1}


class Listener(Reporter):
    """Remembers what was said."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def say(self, message: str) -> None:
        self.said.append(message)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(pace, "_SECONDS", 0.05)
    monkeypatch.setattr(_small, "most_epochs", lambda facts: 3)
    monkeypatch.setattr(choosing, "_found", lambda given: ())  # whatever lies on this machine
    monkeypatch.chdir(tmp_path)


def _numbers(run: tz.Run) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in (run.path / "metrics.jsonl").read_text("utf-8").splitlines()]
    return [{k: v for k, v in line.items() if k not in ("seconds", "images_per_second")} for line in lines]


def test_a_run_repeats_to_the_bit_from_its_recipe(image_folder: ImageFolder) -> None:
    image_folder(name="photos", count=30)
    listener = Listener()
    first = tz.train("photos", minutes=3, reporter=listener)
    again = tz.train(first.path / "recipe.yaml")
    assert first.recipe == again.recipe
    assert (first.recipe.train.epochs, first.recipe.name) == (3, "photos")
    weights = [(run.path / "model" / "weights.safetensors").read_bytes() for run in (first, again)]
    assert weights[0] == weights[1]
    assert _numbers(first) == _numbers(again)
    chosen, time, faster = listener.said[:3]
    assert chosen.startswith("photos, 60 samples in 2 classes: a small convolutional network")
    assert "3 epochs of 48 samples" in time
    assert "3 minutes were asked for" in time
    assert "has not been measured" in faster


def test_the_run_keeps_what_was_chosen_and_why(image_folder: ImageFolder) -> None:
    image_folder(name="photos", count=30)
    told = tz.train("photos", minutes=2).info["choice"]
    assert told["candidate"] in ("small-signs", "small-things")
    assert (told["minutes"], told["minutes_asked"], told["purpose"]) == (2, True, "classify")
    assert told["facts"]["median_size"] == [12, 12]
    assert told["pace"]["train"]["full"] > 0
    assert told["epochs"]["train"] == {"count": 3, "steps": None}


def test_changes_win_over_what_is_chosen(image_folder: ImageFolder) -> None:
    image_folder(name="photos", count=30)
    run = tz.train("photos", set={**ONE, "data.valid": 0.5, "train.batch": 7}, seed=4)
    assert (run.recipe.train.epochs, run.recipe.data.valid, run.recipe.train.batch, run.recipe.seed) == (1, 0.5, 7, 4)


def _odd_sizes(folder: Path) -> None:
    """48 photographs from 70×100 to 93×100 pixels, in two classes."""
    noise = np.random.default_rng(0)
    for number in range(24):
        for label, low in (("cat", 0), ("dog", 120)):
            (folder / label).mkdir(parents=True, exist_ok=True)
            pixels = noise.integers(low, low + 100, (70 + number, 100, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(folder / label / f"{number}.jpg")


def test_photographs_of_odd_sizes_are_brought_to_one(tmp_path: Path) -> None:
    _odd_sizes(tmp_path / "photos")
    run = tz.train("photos", set=ONE)
    assert run.info["choice"]["candidate"] == "photos-scratch"
    assert run.recipe.data.size == 80


@dataclass(frozen=True)
class Weights:
    """Stands for weights that were found."""

    source: str
    library: str = "timm"
    architecture: str = "test_resnet"
    side: int = 32


def test_where_weights_are_found_their_features_are_taken_then_all_layers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _odd_sizes(tmp_path / "photos")
    weights = tmp_path / "weights.safetensors"
    save_file(timm.create_model("test_resnet").state_dict(), weights)
    monkeypatch.setattr(choosing, "_found", lambda given: (Weights(f"file:{weights}"),))
    network = {"data.normalise": "imagenet", "data.size": 32, "model.network.architecture": "test_resnet"}
    recipe = load("transfer").override({**network, "phases.0.from": f"file:{weights}"})
    monkeypatch.setattr(base, "load", lambda name: recipe)
    monkeypatch.setattr(choosing, "with_weights", lambda recipe, found: recipe)
    both = tz.train("photos", minutes=3)
    assert both.info["choice"]["candidate"] == "photos-transfer"
    assert both.info["choice"]["epochs"] == {
        "head": {"count": 15, "steps": None},
        "whole": {"count": 5, "steps": None},
    }
    assert both.info["choice"]["pace"]["head"]["features"] > 0
    again = tz.train(both.path / "recipe.yaml")
    assert _numbers(both) == _numbers(again)
    monkeypatch.setattr(choose, "epochs_within", lambda *words: None)  # no time for all layers
    assert list(tz.train("photos", minutes=3).info["choice"]["epochs"]) == ["head"]


def test_arrays_train_as_files_do() -> None:
    images, labels = bars(60, ("left", "right"))
    run = tz.train((images, labels), minutes=2)
    assert run.info["choice"]["candidate"] == "small-signs"
    assert run.metrics["valid/accuracy"] >= 0


def test_images_without_labels_are_made_again(tmp_path: Path) -> None:
    np.savez(tmp_path / "images.npz", X=bars(60, ("top", "bottom"))[0])
    run = tz.train("images.npz", set=ONE)
    assert (run.info["choice"]["purpose"], run.recipe.model["family"]) == ("reconstruct", "autoencoder")
    assert 8 <= run.recipe.model["encoder"]["code"] <= 48


def test_one_class_is_as_good_as_none(image_folder: ImageFolder) -> None:
    image_folder(classes=("cat",), count=20, name="photos")
    assert tz.train("photos", set=ONE).recipe.model["family"] == "autoencoder"
    with pytest.raises(RequestError, match="one class, cat"):
        tz.train("photos", purpose="classify")


def test_images_are_generated_where_that_was_asked_for() -> None:
    run = tz.train(bars(60, ("top", "bottom"))[0], purpose="generate", set=ONE)
    assert run.recipe.model["family"] == "vae"


def test_a_table_is_told_apart_by_its_target(tmp_path: Path) -> None:
    rows = [f"{i % 7},{i % 5},{'high' if i % 7 > 2 else 'low'}" for i in range(80)]
    (tmp_path / "rows.csv").write_text("\n".join(["a,b,kind", *rows]), encoding="utf-8")
    with pytest.raises(RequestError, match=r"a, b, kind|kind|text"):
        tz.train("rows.csv")
    run = tz.train("rows.csv", set={**ONE, "data.target": "kind"})
    assert (run.info["choice"]["candidate"], list(run.info["classes"])) == ("table", ["high", "low"])


def test_sequences_get_a_recurrent_network() -> None:
    noise = np.random.default_rng(0)
    walks = noise.normal(size=(40, 9, 2)).cumsum(axis=1).astype(np.float32)
    labels = ["up" if walk[-1, 0] > 0 else "down" for walk in walks]
    run = tz.train((walks, labels, [9] * 40), set=ONE)
    assert run.info["choice"]["candidate"] == "sequence"


def test_a_name_that_is_both_is_the_recipes(image_folder: ImageFolder) -> None:
    image_folder(name="digits-cnn", count=10)
    run = tz.train("digits-cnn", set={**ONE, "data.limit": 200})
    assert "choice" not in run.info
    assert run.info["data"] == "digits"


def test_what_is_neither_is_refused_as_a_recipe() -> None:
    with pytest.raises(RecipeError, match="no such recipe"):
        tz.train("fotos")


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"minutes": 0}, "above 0"),
        ({"minutes": 1, "set": ONE}, "give one of both"),
        ({"minutes": 1e-4}, "give at least"),
        ({"data": "digits"}, "leave one of both out"),
        ({"purpose": "sell"}, "allowed are"),
        ({"devices": 2}, "compute.devices"),
    ],
)
def test_wrong_requests_end_in_one_sentence_and_no_run(
    image_folder: ImageFolder, tmp_path: Path, settings: dict[str, Any], words: str
) -> None:
    image_folder(name="photos", count=12)
    with pytest.raises(RequestError, match=words) as refused:
        tz.train("photos", **settings)
    assert "\n" not in str(refused.value)
    assert not (tmp_path / "runs").exists()


def test_minutes_are_for_data_only() -> None:
    with pytest.raises(RequestError, match="--minutes"):
        tz.train("digits-cnn", minutes=1)
