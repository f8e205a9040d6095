"""Trainings in Trasluz: the notebook's grid, folds by seeds, small convolutions; by ``execute``, or one by one.

    python -m bench.sides.execute_trasluz grid|seeds-grid|folds|fashion [--one-by-one] [--precision fp32]

The time is from data that are open to the last run folder on the disk, with the scores of each cell on its validation
images (loss, F1, accuracy, confusion matrix).
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import tempfile
import time
from collections import Counter
from functools import partial
from pathlib import Path

import numpy as np
import torch

from bench.sides.grid_cells import cells
from bench.sides.run_folders import run_folder
from trasluz.api.run import open_source
from trasluz.data.data import Data
from trasluz.evaluation.evaluate import evaluate_split
from trasluz.model.model import Model
from trasluz.recipe import Recipe, load
from trasluz.reporting import Reporter
from trasluz.search.executing import Done, Piece, execute
from trasluz.training.fit import fit

_BATCHES = {256: 600, 512: 800, 1024: 1024}  # all no smaller than the 600 images, so that none is used


class Speaker(Reporter):
    """Remembers what was said."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def say(self, message: str) -> None:
        self.told.append(message)


def grid(by_seeds: bool) -> list[Recipe]:
    """The 243; ``by_seeds``: with other first weights instead of other batch sizes, as the notebook draws anew."""
    base = load("mnist-mlp").override(
        {"train.optimiser.decay_norms_and_biases": True, "train.evaluate_every": 10, "data.split_seed": 0}
    )
    found = []
    for cell in cells():
        own = {
            "train.epochs": cell.epochs,
            "train.optimiser.learning_rate": cell.rate,
            "train.optimiser.weight_decay": cell.decay,
            "model.network.hidden": [cell.width],
        }
        number = list(_BATCHES).index(cell.batch)
        found.append(base.override(own | ({"seed": number} if by_seeds else {"train.batch": _BATCHES[cell.batch]})))
    return found


def folds(recipe: Recipe, data: Data, count: int) -> list[tuple[Recipe, Data]]:
    """Every fold with every one of 3 seeds."""
    rows = np.concatenate([data.split("train"), data.split("valid")])
    parts = [rows[number::count] for number in range(count)]
    views = [dataclasses.replace(data, splits={"train": np.setdiff1d(rows, part), "valid": part}) for part in parts]
    return [(recipe.with_seed(seed), view) for view in views for seed in range(3)]


def work(case: str) -> list[tuple[Recipe, Data]]:
    """What is to be trained, with its data open."""
    if case in ("grid", "seeds-grid"):
        recipes = grid(case == "seeds-grid")
        data = open_source(recipes[0].data, 0)
        return [(recipe, data) for recipe in recipes]
    changes = {"data.split_seed": 0}
    if case == "folds":
        recipe = load("mnist-mlp").override(changes)
        return folds(recipe, open_source(recipe.data, 0), 5)
    recipe = load("fashion-cnn").override(
        {**changes, "data.source": "fashion-mnist", "data.limit": 2000, "train.epochs": 3}
    )
    data = open_source(recipe.data, 0)
    return [(recipe.with_seed(seed), data) for seed in range(4)]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("case")
    parser.add_argument("--one-by-one", action="store_true")
    parser.add_argument("--precision", default="auto")
    asked = parser.parse_args()
    todo = [(recipe.override({"compute.precision": asked.precision}), data) for recipe, data in work(asked.case)]
    speaker, accuracies, ways = Speaker(), [], Counter[str]()
    spent = {"scores": 0.0}
    with tempfile.TemporaryDirectory(dir=".") as runs:
        started = time.perf_counter()
        stores = [
            partial(run_folder, Path(runs) / f"{number:04d}", recipe, dict(data.splits))
            for number, (recipe, data) in enumerate(todo)
        ]
        if asked.one_by_one:
            results = (Done(i, fit(todo[i][0], todo[i][1], stores[i]()), "alone", 0.0) for i in range(len(todo)))
        else:
            pieces = [Piece(recipe, store, data) for (recipe, data), store in zip(todo, stores, strict=True)]
            results = execute(pieces, todo[0][1], speaker)
        for done in results:
            ways[done.how] += 1
            assert isinstance(done.outcome, Model)
            begin = time.perf_counter()
            scores = evaluate_split(done.outcome, todo[done.index][1], "valid", baselines=False)
            spent["scores"] += time.perf_counter() - begin
            assert scores.confusion is not None
            accuracies.append(scores.metrics["accuracy"])
        seconds = time.perf_counter() - started
    how = ", ".join(f"{count} by {way}" for way, count in ways.items())
    settings = f"{asked.precision}, {torch.get_num_threads()} threads, {how}, {spent['scores']:.1f} s for scores"
    found = {"seconds": seconds, "settings": settings, "accuracy": float(np.mean(accuracies)), "told": speaker.told}
    print(json.dumps(found))


if __name__ == "__main__":
    main()
