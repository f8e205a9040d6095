"""Cached features: a head trained on them ends where the head trained on images ends, and is killed without harm."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from tests.training.harness import Killed, Session, assert_same, digits, outcome
from tests.training.test_resume import KillAt
from trasluz.families.base import Update
from trasluz.model.hardware import Hardware
from trasluz.recipe import Recipe, TrainSection, from_dict
from trasluz.runs.folder import RunFolder
from trasluz.training import derived
from trasluz.training.callbacks.base import Callback
from trasluz.training.engine import Engine, make_fabric
from trasluz.training.loop import Loop
from trasluz.training.phases import train_mode

TRUNK = ("classifier.conv*", "classifier.norm*", "classifier.block*")
RESIDUAL = {"name": "residual", "channels": [8, 8], "dropout_head": 0.3}
ENCODER = {"name": "encoder", "encoder": {"name": "conv", "channels": [8]}, "hidden": [12]}


def recipe(network: dict[str, Any] = RESIDUAL, frozen: tuple[str, ...] = TRUNK, **changes: Any) -> Recipe:
    phase = {"name": "head", "frozen": list(frozen), **changes.pop("phase", {})}
    model = {"family": "classifier", "network": network, **changes.pop("model", {})}
    train = {"epochs": 4, "batch": 20, "checkpoint_minutes": 0, "optimiser": {"learning_rate": 0.02}, "ema": 0.9}
    compute = {"threads": 1, "device": "cpu", "precision": "fp32", **changes.pop("compute", {})}
    tree = {"name": "heads", "model": model, "train": train | changes.pop("train", {}), "phases": [phase]}
    return from_dict({**tree, "compute": compute, "seed": 3, **changes})


def finished(chosen: Recipe, folder: Path, **rest: Any) -> tuple[Loop, bool]:
    loop = Session(chosen, folder, **rest).run()
    return loop, loop.phase_data.data.kind == "table"


@pytest.mark.parametrize(
    ("network", "frozen"), [(RESIDUAL, TRUNK), (ENCODER, ("classifier.encoder.*",))], ids=["chain", "encoder and head"]
)
def test_the_head_learns_the_same_from_features_as_from_images(
    network: dict[str, Any], frozen: tuple[str, ...], tmp_path: Path
) -> None:
    cached, from_features = finished(recipe(network, frozen), tmp_path / "cached")
    plain, without = finished(recipe(network, frozen, phase={"cache_features": "never"}), tmp_path / "plain")
    assert (from_features, without) == (True, False)
    for name, value in plain.networks.state_dict().items():
        torch.testing.assert_close(cached.networks.state_dict()[name], value, rtol=1e-4, atol=1e-5, msg=name)
    for one, two in zip(cached.store.metrics(), plain.store.metrics(), strict=True):
        assert one["valid/loss"] == pytest.approx(two["valid/loss"], rel=1e-4)


@pytest.mark.parametrize("kill", [1, 7, 10])
def test_a_killed_run_on_features_ends_as_the_uninterrupted_one(kill: int, tmp_path: Path) -> None:
    expected = outcome(Session(recipe(), tmp_path / "whole").run())
    with pytest.raises(Killed):
        Session(recipe(), tmp_path / "killed", [KillAt(kill)]).run()
    assert_same(expected, outcome(Session(recipe(), tmp_path / "killed").run(resumed=True)))


def test_the_next_phase_sees_images_again(tmp_path: Path) -> None:
    phases = [{"name": "head", "frozen": list(TRUNK), "augmented": False}, {"name": "all"}]
    seen: dict[str, int] = {}

    class Watch(Callback):
        def on_step(self, loop: Loop, samples: int) -> None:
            seen[loop.phase.name] = loop.phase_data.data.samples.ndim

    chosen = recipe(data={"augment": {"shift": 0.1}}).override({"phases": phases})
    Session(chosen, tmp_path / "run", [Watch()]).run()
    assert seen == {"head": 2, "all": 4}
    assert RunFolder(tmp_path / "run").info()["features"] == {"head": [8]}


@pytest.mark.parametrize(
    "changes",
    [
        {"data": {"augment": {"shift": 0.1}}},
        {"phase": {"frozen_norms": "train"}},
        {"phase": {"cache_features": "never"}},
        {"model": {"mirror": True}},
        {"model": {"shift": 1}},
        {"model": {"l2": 0.01}},
        {"train": {"epochs": 1}},
        {"frozen": ("classifier.outputs.*",)},
    ],
    ids=["augmented", "norms in training", "never", "mirrored", "shifted", "penalised", "one epoch", "the trunk moves"],
)
def test_images_are_used_wherever_features_would_change_something(changes: dict[str, Any], tmp_path: Path) -> None:
    loop, from_features = finished(recipe(**changes), tmp_path / "run")
    assert not from_features
    assert len(loop.store.metrics()) == loop.train.epochs


def test_large_features_lie_on_disk_and_give_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = outcome(Session(recipe(), tmp_path / "memory").run())
    monkeypatch.setattr(derived, "_IN_MEMORY", 0)
    loop = Session(recipe(), tmp_path / "disk").run()
    assert isinstance(loop.phase_data.data.samples, np.memmap)
    assert_same(expected, outcome(loop))


def engine(network: nn.Module) -> Engine:
    fabric = make_fabric(Hardware("cpu", 1, 1, "fp32", "contiguous", 1))
    return Engine(fabric, nn.ModuleDict({"n": network}), (Update("main", ("*",)),), TrainSection())


class Skipping(nn.Module):
    """Its last layer does not have the last word."""

    def __init__(self) -> None:
        super().__init__()
        self.body, self.head = nn.Linear(4, 4), nn.Linear(4, 4)

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        return self.head(self.body(values)) + values


class Named(nn.Module):
    """As libraries write them: layers by name, and the head somewhere inside."""

    def __init__(self) -> None:
        super().__init__()
        self.fc, self.body, self.drop = nn.Linear(4, 3), nn.Linear(4, 4), nn.Dropout(0.5)

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        return self.fc(self.drop(self.body(values)))


def test_a_cut_is_found_only_where_both_parts_give_the_whole() -> None:
    torch.manual_seed(0)
    values = torch.rand(4, 4)
    for network, head in ((Skipping(), "head"), (Named(), "fc")):
        network.requires_grad_(False)
        network.get_submodule(head).requires_grad_(True)
        train_mode(nn.ModuleDict({"n": network}))
        assert derived.find_cut(network, values, engine(network)) is None, head  # Named: its dropout is not resting
    resting = Named().requires_grad_(False)
    resting.fc.requires_grad_(True)
    resting.drop.p = 0.0
    assert derived.find_cut(resting, values, engine(resting)) == derived.Cut("fc")


class Bounded(nn.Module):
    """A head whose answer the network goes on with."""

    def __init__(self, inside: bool = False) -> None:
        super().__init__()
        self.trunk = nn.Linear(4, 3).requires_grad_(False)
        self.head = nn.Linear(3, 2)
        self.inside = inside
        nn.init.normal_(self.head.weight, std=1e-4)
        nn.init.zeros_(self.head.bias)

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        found = self.head(self.trunk(inputs))
        return found.tanh_() if self.inside else torch.tanh(found)


@pytest.mark.parametrize("inside", [False, True])
def test_what_follows_a_head_is_never_left_out_however_small_its_first_answers_are(inside: bool) -> None:
    network = Bounded(inside)
    inputs = torch.rand(4, 4)
    assert torch.allclose(network.head(network.trunk(inputs)), network(inputs), atol=1e-9)  # as good as the same
    assert derived.find_cut(network, inputs, engine(network)) is None


def test_where_nothing_rests_there_is_nothing_to_save() -> None:
    network = nn.Sequential(nn.Flatten(), nn.Linear(4, 2))
    assert derived.find_cut(network, torch.rand(4, 4), engine(network)) is None


def test_dropout_before_the_head_stays_with_the_head() -> None:
    network = nn.Sequential(nn.Linear(4, 4), nn.ReLU(), nn.Dropout(0.5), nn.Linear(4, 3))
    network[0].requires_grad_(False)
    train_mode(nn.ModuleDict({"n": network}))
    assert derived.find_cut(network, torch.rand(4, 4), engine(network)) == derived.Cut("", 2)


def test_one_image_is_enough(tmp_path: Path) -> None:
    data = digits(4)
    one = {"train": np.array([0, 1]), "valid": np.array([2])}
    from dataclasses import replace

    chosen = recipe(train={"batch": 1, "epochs": 2, "ema": None})
    assert finished(chosen, tmp_path / "run", data=replace(data, splits=one))[1]
