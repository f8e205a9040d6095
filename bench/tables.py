"""Tables, side by side: our multilayer perceptron and scikit-learn's, tuned alike on the same splits.

Both sides see the same training, validation and test rows (duplicate rows on one side), standardised by the training
rows.  Both try the same grid of hidden layers, penalties and rates with the same optimiser, batches and number of
epochs, take the grid point that is best on validation (log loss), and are judged on the test rows once.  Which epoch
counts is, of ours, what the recipe says of schedule and stopping; of scikit-learn's, the best of all on validation.

    python -m bench.tables [--seeds 5] [--only iris wine]
"""

from __future__ import annotations

import argparse
import itertools
import json
import tempfile
import warnings
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sklearn.metrics import log_loss
from sklearn.neural_network import MLPClassifier

import trasluz as tz
from bench.machine import machine
from bench.means import SHARE, mean_difference, mean_of
from bench.page import RESULTS, render
from trasluz.data.data import Data
from trasluz.recipe import load

HIDDEN = ([50], [50, 50])
ALPHA = (0.1, 1.0)  # scikit-learn's penalty: alpha / (2 · batch) · Σ w²
RATES = (0.01,)
GRID = {"hidden layers": HIDDEN, "alpha": ALPHA, "rate": RATES}


@dataclass(frozen=True)
class Case:
    """A recipe, and what was asked of it."""

    recipe: str
    asked: str


CASES = {
    "iris": Case("iris-mlp-tuned", "test accuracy ≥ 0.95, mean of five seeds"),
    "wine": Case("wine-mlp-tuned", "test accuracy at or above scikit-learn's, mean of five seeds"),
}


@dataclass(frozen=True)
class Tried:
    """One side at one grid point: settings, best log loss and accuracy on validation, and how to judge test."""

    settings: tuple[Any, ...]
    loss: float
    accuracy: float
    model: Any


def ours(case: Case, seed: int, runs: Path) -> Tried:
    """Our best grid point."""
    tried = []
    for hidden, alpha, rate in itertools.product(HIDDEN, ALPHA, RATES):
        recipe = load(case.recipe)
        settings = {
            "model.network.hidden": hidden,
            "model.l2": alpha / (2 * recipe.train.batch),
            "train.optimiser.learning_rate": rate,
        }
        run = tz.train(recipe, seed=seed, set=settings, runs=runs)
        found = run.evaluate("valid").metrics
        tried.append(Tried((hidden, alpha, rate), found["log_loss"], found["accuracy"], run))
    return min(tried, key=lambda one: one.loss)


def theirs(data: Data, parts: dict[str, tuple[np.ndarray, np.ndarray]], recipe: tz.Recipe, seed: int) -> Tried:
    """scikit-learn's best grid point, each at its best epoch."""
    tried = []
    classes = np.arange(len(data.classes))
    for hidden, alpha, rate in itertools.product(HIDDEN, ALPHA, RATES):
        settings = {"alpha": alpha, "learning_rate_init": rate, "batch_size": recipe.train.batch}
        model = MLPClassifier(tuple(hidden), random_state=seed, **settings)
        best, kept = np.inf, None
        for _epoch in range(recipe.train.epochs):
            model.partial_fit(*parts["train"], classes=classes)
            loss = log_loss(parts["valid"][1], model.predict_proba(parts["valid"][0]), labels=classes)
            if loss < best:
                best, kept = loss, ([w.copy() for w in model.coefs_], [b.copy() for b in model.intercepts_])
        assert kept is not None, "the first epoch is better than infinity"
        model.coefs_, model.intercepts_ = kept
        tried.append(Tried((hidden, alpha, rate), float(best), model.score(*parts["valid"]), model))
    return min(tried, key=lambda one: one.loss)


def prepared(run: tz.Run) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Inputs and labels of each split, as our network sees them."""
    data = run.data
    assert data.labels is not None
    inputs = run.preprocess.to_pixels(torch.from_numpy(data.samples)).numpy()
    return {name: (inputs[rows], data.labels[rows]) for name, rows in data.splits.items()}


def one_seed(case: Case, seed: int, runs: Path) -> dict[str, Any]:
    """Both sides on one split."""
    own = ours(case, seed, runs)
    parts = prepared(own.model)
    other = theirs(own.model.data, parts, own.model.recipe, seed)
    return {
        "seed": seed,
        "rows": {name: len(labels) for name, (_inputs, labels) in parts.items()},
        "duplicates_across": own.model.data.audit["exact_duplicates"]["across"],
        "ours": {
            "settings": own.settings,
            "valid": own.accuracy,
            "valid_log_loss": own.loss,
            "test": own.model.evaluate("test").metrics["accuracy"],
        },
        "scikit-learn": {
            "settings": other.settings,
            "valid": other.accuracy,
            "valid_log_loss": other.loss,
            "test": other.model.score(*parts["test"]),
        },
    }


def compare(name: str, seeds: int, runs: Path) -> dict[str, Any]:
    """All seeds of a case, with means, intervals and the interval of the difference seed by seed."""
    case = CASES[name]
    found = []
    for seed in range(seeds):
        found.append(one_seed(case, seed, runs))
        print(name, json.dumps(found[-1]), flush=True)
    test = {side: [one[side]["test"] for one in found] for side in ("ours", "scikit-learn")}
    return {
        "recipe": case.recipe,
        "asked": case.asked,
        "means": {side: mean_of(values, SHARE) for side, values in test.items()},
        "difference": mean_difference(test["ours"], test["scikit-learn"], SHARE),
        "seeds": found,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--only", nargs="+", choices=tuple(CASES), default=tuple(CASES))
    asked = parser.parse_args()
    warnings.simplefilter("ignore")  # scikit-learn's about epochs that did not converge
    path = RESULTS / "tables.json"
    before = json.loads(path.read_text(encoding="utf-8"))["cases"] if path.exists() else {}
    with tempfile.TemporaryDirectory() as folder:
        cases = {name: compare(name, asked.seeds, Path(folder)) for name in asked.only}
    result = {
        "machine": f"{machine()}; scikit-learn {version('scikit-learn')}",
        "command": "python -m bench.tables",
        "grid": GRID,
        "cases": {**before, **cases},
    }
    path.write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    render()


if __name__ == "__main__":
    main()
