"""A run folder for a training that another process may do: in a module of its own, which that process can import."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from trasluz.recipe import Recipe
from trasluz.runs.folder import RunFolder
from trasluz.training.store import Store


def run_folder(path: Path, recipe: Recipe, splits: dict[str, np.ndarray]) -> Store:
    """A new run folder."""
    folder = RunFolder(path)
    folder.create(recipe, splits, timings={"training_seconds": 0.0})
    return folder
