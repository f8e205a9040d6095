"""Recurrent, denoising and sparse autoencoders that are killed and resumed end as if left alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.training.harness import Killed, Session, assert_same, digits, outcome
from tests.training.test_resume import KillAt
from trasluz.data.arrays import from_arrays
from trasluz.data.data import Data
from trasluz.data.opening import open_data
from trasluz.recipe import DataSection, Recipe, from_dict

RECURRENT: dict[str, Any] = {
    "encoder": {"name": "recurrent", "hidden": [12], "code": 8},
    "decoder": {"name": "recurrent", "hidden": [12]},
}
DENSE: dict[str, Any] = {
    "encoder": {"name": "dense", "hidden": [16], "code": 8, "code_activation": "sigmoid"},
    "decoder": {"name": "dense", "hidden": [16]},
}
MODELS: dict[str, dict[str, Any]] = {
    "lstm on rows": {**RECURRENT, "likelihood": {"name": "squared-error", "linear": True}},
    "gru on sequences": {part: {**values, "cell": "gru"} for part, values in RECURRENT.items()},
    "dropout": {**DENSE, "noise": {"name": "dropout", "amount": 0.5}},
    "gaussian on sequences": {**RECURRENT, "noise": {"name": "gaussian", "amount": 0.3}},
    "salt and pepper, l1": {
        **DENSE,
        "noise": {"name": "salt-pepper", "amount": 0.2},
        "sparsity": {"name": "l1", "weight": 1e-3},
    },
    "kl": {**DENSE, "sparsity": {"name": "kl", "weight": 1e-3, "target": 0.1}},
}
OPTIMISERS: dict[str, dict[str, Any]] = {
    "lstm on rows": {"name": "nadam", "rule": "keras", "eps": 1e-7},
    "dropout": {"name": "adam", "rule": "keras", "eps": 1e-7},
    "kl": {"name": "rmsprop", "rule": "keras", "eps": 1e-7},
}


def recipe(name: str, **train: Any) -> Recipe:
    settings = {"epochs": 2, "batch": 20, "optimiser": OPTIMISERS.get(name, {}), "checkpoint_minutes": 0, **train}
    model = {"family": "autoencoder", **MODELS[name]}
    compute = {"threads": 1, "device": "cpu"}
    return from_dict({"name": "resumed", "model": model, "train": settings, "compute": compute, "seed": 5})


def data_for(name: str, count: int = 60) -> Data:
    if "sequences" not in name:
        return digits(count)
    rng = np.random.default_rng(0)
    walks = rng.normal(0, 0.3, (count, 9, 2)).cumsum(1)
    section = DataSection(valid=0.25)
    return open_data(section, 0, arrays=from_arrays(walks, lengths=rng.integers(2, 10, count)))


@pytest.mark.parametrize("name", MODELS)
def test_a_killed_run_ends_as_the_uninterrupted_one(name: str, tmp_path: Path) -> None:
    chosen, data = recipe(name), data_for(name)
    expected = outcome(Session(chosen, tmp_path / "whole", data=data).run())
    with pytest.raises(Killed):
        Session(chosen, tmp_path / "killed", [KillAt(4)], data=data).run()
    assert_same(expected, outcome(Session(chosen, tmp_path / "killed", data=data).run(resumed=True)))
