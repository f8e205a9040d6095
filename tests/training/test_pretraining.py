"""Unsupervised pre-training: an autoencoder sees all images, a classifier with few labels starts from its encoder."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
import torch
from torch import Tensor

from tests.training.harness import Killed, Session, assert_same, digits, outcome
from trasluz.data.data import Data
from trasluz.model.storing import save_model
from trasluz.recipe import Recipe, from_dict
from trasluz.training.callbacks.base import Callback
from trasluz.training.loop import Loop

ENCODER = {"name": "dense", "hidden": [12], "code": 6, "code_activation": "relu"}
TRAIN = {"epochs": 2, "batch": 20, "optimiser": {"learning_rate": 3e-3}, "checkpoint_minutes": 0}
COMPUTE = {"threads": 1, "device": "cpu"}


def autoencoder() -> Recipe:
    model = {"family": "autoencoder", "encoder": ENCODER, "decoder": {"name": "dense", "hidden": [12]}}
    return from_dict({"name": "first", "model": model, "train": TRAIN, "compute": COMPUTE})


def classifier(run: Path) -> Recipe:
    phases = [
        {
            "name": "frozen",
            "from": str(run),
            "map": {"encoder.*": "classifier.encoder.*"},
            "frozen": ["classifier.encoder.*"],
        },
        {"name": "whole"},
    ]
    network = {"name": "encoder", "encoder": ENCODER, "hidden": [8]}
    model = {"family": "classifier", "network": network}
    return from_dict({"name": "second", "model": model, "train": TRAIN, "phases": phases, "compute": COMPUTE})


def few_labels() -> Data:
    data = digits()
    assert data.labels is not None
    labels = data.labels.copy()
    labels[40:90] = -1
    return dataclasses.replace(data, labels=labels)


@pytest.fixture
def pretrained(tmp_path: Path) -> Path:
    chosen = autoencoder()
    loop = Session(chosen, tmp_path / "autoencoder", data=few_labels()).run()
    weights = loop.networks.state_dict()
    save_model(tmp_path / "autoencoder" / "model", chosen.model, loop.data.spec, weights, loop.preprocess)
    return tmp_path / "autoencoder"


class Encoder(Callback):
    """The encoder's weights at the start of each phase, and a sudden end at one step."""

    def __init__(self, end: int | None = None) -> None:
        self.end = end
        self.at: dict[str, dict[str, Tensor]] = {}

    def on_phase_start(self, loop: Loop) -> None:
        self.at[loop.phase.name] = encoder_of(loop)

    def on_step(self, loop: Loop, samples: int) -> None:
        if loop.global_step == self.end:
            raise Killed


def encoder_of(loop: Loop) -> dict[str, Tensor]:
    state = loop.networks.state_dict()
    return {name: value.clone() for name, value in state.items() if name.startswith("classifier.encoder.")}


def test_the_classifier_starts_from_the_encoder_which_rests_until_the_second_phase(
    pretrained: Path, tmp_path: Path
) -> None:
    seen = Encoder()
    loop = Session(classifier(pretrained), tmp_path / "run", [seen], data=few_labels()).run()
    before = Session(autoencoder(), tmp_path / "again", data=few_labels()).run().networks.state_dict()
    for name, value in seen.at["frozen"].items():
        assert torch.equal(value, before[name.removeprefix("classifier.")])
        assert torch.equal(value, seen.at["whole"][name])
    assert any(not torch.equal(value, seen.at["whole"][name]) for name, value in encoder_of(loop).items())
    assert loop.batches.steps == 2


@pytest.mark.parametrize("kill", [1, 3, 4, 6])
def test_a_killed_run_ends_as_the_uninterrupted_one(kill: int, pretrained: Path, tmp_path: Path) -> None:
    chosen = classifier(pretrained)
    expected = outcome(Session(chosen, tmp_path / "whole", data=few_labels()).run())
    with pytest.raises(Killed):
        Session(chosen, tmp_path / "killed", [Encoder(kill)], data=few_labels()).run()
    assert_same(expected, outcome(Session(chosen, tmp_path / "killed", data=few_labels()).run(resumed=True)))
