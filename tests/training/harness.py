"""A small training set-up without files of data: digits in memory, a recipe, a run folder, a loop."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sklearn.datasets import load_digits

from trasluz.data.data import Data
from trasluz.model.hardware import choose
from trasluz.recipe import Recipe, from_dict
from trasluz.reporting import Reporter
from trasluz.runs.folder import RunFolder
from trasluz.training.callbacks.base import Callback
from trasluz.training.engine import computing, launched
from trasluz.training.interrupt import StopRequest
from trasluz.training.loop import Loop
from trasluz.training.start import make_loop, prepare, restore

WALL_CLOCK = ("seconds", "images_per_second")


class Killed(BaseException):
    """Stands for the end of the process: nothing in the product catches it."""


def digits(count: int = 120) -> Data:
    """A few digits as uint8 images, a quarter of them for validation."""
    found = load_digits()
    images = np.round(found.images[:count] / 16 * 255).astype(np.uint8)[..., None]
    rows = np.arange(count)
    splits = {"train": rows[: count * 3 // 4], "valid": rows[count * 3 // 4 :]}
    names = tuple("0123456789")
    labels = found.target[:count].astype(np.int64)
    return Data("digits", "image", images, splits, labels=labels, classes=names, fingerprint="digits")


NETWORKS = {
    "classifier": {
        "family": "classifier",
        "network": {"name": "conv", "channels": [8, 8], "dense": [16], "dropout": 0.2},
    },
    "autoencoder": {
        "family": "autoencoder",
        "encoder": {"name": "conv", "channels": [8, 8], "dropout": 0.2},
        "decoder": {"name": "conv-transpose", "channels": [8]},
    },
}


def recipe(family: str, **train: Any) -> Recipe:
    """A recipe with everything that draws at random: augmentation, dropout, a moving average, mixup for labels."""
    augment = {"shift": 0.1, "rotation": 10, "erasing": 0.3, "mixup": 0.2 if family == "classifier" else 0.0}
    settings = {
        "epochs": 3,
        "batch": 20,
        "optimiser": {"learning_rate": 3e-3},
        "ema": 0.9,
        "checkpoint_minutes": 0,
        **train,
    }
    phases = settings.pop("phases", [])
    tree = {"name": family, "model": NETWORKS[family], "data": {"augment": augment}, "train": settings}
    return from_dict({**tree, "phases": phases, "compute": {"threads": 1, "device": "cpu"}, "seed": 5})


class Session:
    """One process's worth of a run: builds everything anew, as a fresh process would."""

    def __init__(
        self, chosen: Recipe, path: Path, callbacks: Sequence[Callback] = (), data: Data | None = None
    ) -> None:
        self.recipe, self.folder, self.callbacks = chosen, RunFolder(path), list(callbacks)
        self.data = data or digits()
        self.request = StopRequest()
        self.reporter = Reporter()

    def run(self, resumed: bool = False) -> Loop:
        """Trains to the end, or to whatever stops it."""
        hardware = choose(self.recipe.compute)
        with computing(hardware), launched(hardware) as fabric:
            loop = make_loop(
                prepare(self.recipe, self.data, fabric, hardware),
                self.folder,
                self.callbacks,
                self.request,
            )
            if resumed:
                restore(loop, self.reporter)
            elif loop.lead:
                self.folder.create(self.recipe)
            fabric.barrier()
            loop.run()
        return loop


def outcome(loop: Loop) -> dict[str, Any]:
    """What two equal trainings must share: every weight, every score but wall-clock, the state of early stopping."""
    records = [
        {k: v for k, v in record.items() if k not in ("seconds", "images_per_second")}
        for record in loop.store.metrics()
    ]
    state = loop.state_dict()
    return {
        "weights": {**loop.networks.state_dict()},
        "judged": loop.engine.evaluated.state_dict(),
        "records": records,
        "steps": loop.store.steps(),
        "callbacks": state["callbacks"],
        "early stopping": state["early_stopping"],
    }


def assert_same(first: Any, second: Any, path: str = "") -> None:
    """Equal to the bit."""
    assert type(first) is type(second), path
    if isinstance(first, torch.Tensor):
        assert torch.equal(first, second), path
    elif isinstance(first, dict):
        assert first.keys() == second.keys(), path
        for key in first:
            assert_same(first[key], second[key], f"{path}/{key}")
    elif isinstance(first, list):
        assert len(first) == len(second), path
        for i, (a, b) in enumerate(zip(first, second, strict=True)):
            assert_same(a, b, f"{path}/{i}")
    else:
        assert first == second, path


def two_process_recipe(devices: int) -> Recipe:
    """50 steps whose every sample counts the same however many processes share a batch."""
    network = {"name": "conv", "channels": [8, 8], "dense": [16], "norm": None}
    tree = {
        "name": "shared",
        "model": {"family": "classifier", "network": network},
        "data": {"augment": {"shift": 0.1, "rotation": 10}},
        # 150 training digits in batches of 15: two processes take 8 and 7 of each
        "train": {"epochs": 5, "batch": 15, "optimiser": {"learning_rate": 3e-3}, "clip": 1.0},
        "compute": {"threads": 1, "device": "cpu", "devices": devices, "precision": "fp32"},
    }
    return from_dict(tree)
