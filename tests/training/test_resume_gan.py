"""A GAN with all that has state: two optimisers, spectral norm's vectors, lazy penalty, a moving average."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.training.harness import Killed, Session, assert_same, digits, outcome
from tests.training.test_resume import KillAt
from trasluz.data.data import Data
from trasluz.recipe import Recipe, from_dict
from trasluz.training.callbacks.samples import SampleGrid


def large_digits() -> Data:
    data = digits(120)
    return dataclasses.replace(data, samples=np.kron(data.samples, np.ones((1, 2, 2, 1), np.uint8)))


def recipe(epochs: int = 3, **model: Any) -> Recipe:
    tree: dict[str, Any] = {
        "name": "gan",
        "model": {
            "family": "gan",
            "generator": {"name": "dcgan", "width": 4, "dropout": 0.1},
            "discriminator": {"name": "dcgan", "width": 4, "spectral_norm": True, "dropout": 0.2},
            "latent": 5,
            "generator_every": 2,
            "r1": 0.5,
            "r1_every": 3,
            "diff_augment": ["colour", "translation", "cutout"],
            "conditional": True,
            **model,
        },
        "data": {"augment": {"shift": 0.1}},
        "train": {
            "epochs": epochs,
            "batch": 20,
            "ema": 0.9,
            "optimisers": {"discriminator": {"learning_rate": 2e-3, "betas": [0.5, 0.99]}},
            "schedule": {"name": "piecewise", "epochs": [2], "factors": [1, 0.1]},
            "checkpoint_minutes": 0,
        },
        "compute": {"threads": 1, "device": "cpu"},
        "seed": 5,
    }
    return from_dict(tree)


def run(folder: Path, kill: int | None = None, resumed: bool = False) -> Any:
    callbacks = [SampleGrid()] if kill is None else [SampleGrid(), KillAt(kill)]
    return Session(recipe(), folder, callbacks, large_digits()).run(resumed)


def grids(folder: Path) -> dict[str, np.ndarray]:
    return {path.name: np.load(path)["images"] for path in sorted((folder / "looks" / "samples").iterdir())}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("gan") / "whole"
    return folder, outcome(run(folder))


@pytest.mark.parametrize("kills", [[1], [7, 9], [5]], ids=["first step", "twice", "an epoch's end"])
def test_a_killed_gan_ends_as_the_uninterrupted_one(
    whole: tuple[Path, dict[str, Any]], kills: list[int], tmp_path: Path
) -> None:
    folder, expected = whole
    for number, step in enumerate(kills):
        with pytest.raises(Killed):
            run(tmp_path / "killed", step, resumed=number > 0)
    assert_same(expected, outcome(run(tmp_path / "killed", resumed=True)))
    first, second = grids(folder), grids(tmp_path / "killed")
    assert first.keys() == second.keys()
    assert all(np.array_equal(first[name], second[name]) for name in first)


def test_the_same_recipe_twice_gives_the_same_bits(whole: tuple[Path, dict[str, Any]], tmp_path: Path) -> None:
    assert_same(whole[1], outcome(run(tmp_path / "again")))


def test_both_rates_follow_the_schedule_and_both_parts_are_logged(whole: tuple[Path, dict[str, Any]]) -> None:
    records = whole[1]["records"]
    assert [r["learning_rate/discriminator"] for r in records] == pytest.approx([2e-3, 2e-3, 2e-4])
    assert [r["learning_rate/generator"] for r in records] == pytest.approx([1e-3, 1e-3, 1e-4])
    terms = ("discriminator/real", "discriminator/generated", "generator/adversarial")
    for record in records:
        assert all(f"{split}/{term}" in record for split in ("train", "valid") for term in terms)
        assert "train/discriminator/r1" in record
        assert {"valid/sample_std", "valid/checkerboard", "valid/real_accuracy"} <= record.keys()


def test_samples_come_from_the_same_latents_after_every_epoch(whole: tuple[Path, dict[str, Any]]) -> None:
    found = grids(whole[0])
    assert list(found) == ["000000005.npz", "000000010.npz", "000000015.npz"]
    assert all(images.shape == (64, 16, 16, 1) and images.dtype == np.uint8 for images in found.values())
    first, _second, last = found.values()
    assert not np.array_equal(first, last)


def test_a_trained_gan_is_stored_and_read_with_its_spectral_norm(tmp_path: Path) -> None:
    from trasluz.model.storing import load_model, save_model

    loop = run(tmp_path / "run")
    state = loop.engine.evaluated.state_dict()
    save_model(tmp_path / "model", loop.recipe.model, loop.data.spec, state, loop.preprocess)
    assert_same(dict(state), dict(load_model(tmp_path / "model").networks.state_dict()))
