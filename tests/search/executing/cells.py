"""What tests of execution share: recipes of a small network, stores that another process can make, and a slow one."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

from tests.training.harness import digits
from trasluz.data.data import Data
from trasluz.recipe import Recipe, from_dict
from trasluz.runs.folder import RunFolder
from trasluz.training.store import MemoryStore, Store


def recipe(hidden: int = 16, **train: Any) -> Recipe:
    """A perceptron on digits, 3 epochs in one thread."""
    settings = {"epochs": 3, "batch": 30, "optimiser": {"name": "adam", "learning_rate": 1e-3}, **train}
    model = {"family": "classifier", "network": {"name": "dense", "hidden": [hidden]}}
    compute = {"threads": 1, "device": "cpu", "precision": "fp32"}
    return from_dict({"name": "cell", "model": model, "train": settings, "compute": compute})


def run_store(folder: Path, own: Recipe, data: Data | None = None) -> Store:
    """A new run folder."""
    run = RunFolder(folder)
    run.create(own, dict((data or digits()).splits), timings={"training_seconds": 0.0})
    return run


def memory() -> Store:
    """A store that nobody sees again."""
    return MemoryStore()


def deadly(mark: Path, times: int) -> Store:
    """Kills its process the first ``times`` that it is asked."""
    count = len(list(mark.parent.glob(f"{mark.name}-*")))
    if count < times:
        (mark.parent / f"{mark.name}-{count}").touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return MemoryStore()


def broken() -> Store:
    """Fails."""
    raise ValueError("no store today")
