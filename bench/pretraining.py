"""Row 3.3 measured: a classifier with few labels whose encoder saw all images without labels, against from scratch.

``stacked-autoencoder`` is trained once on all training images.  For each number of labels both ways use the same
network, labels and epochs; the rate of each is the one of ``RATES`` that validated best with a seed that is not
measured later, and the 10,000 test images are read once per run, at the end.

To see what the unlabelled images gave, logistic regressions learn from the same labels on the pixels, on as many
principal components as the code has numbers, and on the code; their penalties are chosen in the same way.

    python -m bench.pretraining [--labels 100 500 1000] [--seeds 5] [--runs DIR]
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import trasluz as tz
from bench.known import trained
from bench.machine import machine
from bench.means import SHARE, mean_difference, mean_of
from bench.page import RESULTS, render

RESULT = RESULTS / "pretraining.json"
SCRATCH, PRETRAINED = "scratch-classifier", "pretrained-classifier"
RATES = (0.0003, 0.001, 0.003, 0.01)
PENALTIES = (0.001, 0.01, 0.1, 1.0, 10.0, 100.0)  # scikit-learn's C, one over the L2 penalty
TUNING_SEED = 1000


def settings(recipe: str, labels: int, rate: float, start: Path) -> dict[str, Any]:
    """What is changed in a recipe; the unfrozen phase of a pre-trained one has half the rate, as in the recipe."""
    changes: dict[str, Any] = {"data.labelled": labels, "train.optimiser.learning_rate": rate}
    if recipe == PRETRAINED:
        changes |= {"phases.0.from": str(start), "phases.1.train.optimiser.learning_rate": rate / 2}
    return changes


def compare(labels: int, seeds: int, start: Path, runs: Path) -> dict[str, Any]:
    """Both ways with their best rates: test accuracies, means, and the paired difference."""
    found: dict[str, Any] = {"labels": labels}
    for recipe in (SCRATCH, PRETRAINED):
        tried = {}
        for rate in RATES:
            run = trained(recipe, TUNING_SEED, runs, settings(recipe, labels, rate, start))
            tried[rate] = run.metrics["valid/accuracy"]
        best = max(tried, key=lambda rate: tried[rate])
        made = [trained(recipe, seed, runs, settings(recipe, labels, best, start)) for seed in range(seeds)]
        test = [run.evaluate("test").metrics["accuracy"] for run in made]
        seconds = [run.info["timings"]["training_seconds"] for run in made]
        found[recipe] = {
            "tuning": tried,
            "rate": best,
            "test_accuracy": test,
            "mean": mean_of(test, SHARE),
            "seconds": seconds,
        }
        print(labels, recipe, best, found[recipe]["mean"], flush=True)
    accuracies = [found[recipe]["test_accuracy"] for recipe in (PRETRAINED, SCRATCH)]
    found["difference"] = mean_difference(*accuracies, SHARE)
    return found


def linear(labels: int, seeds: int, start: Path, runs: Path) -> dict[str, Any]:
    """Test accuracies of logistic regressions on pixels, principal components and codes."""
    encoder = tz.open_run(start)
    data = encoder.data
    splits = {name: data.split(name) for name in ("train", "valid", "test")}
    pixels = {name: data.samples[rows].reshape(len(rows), -1) / 255 for name, rows in splits.items()}
    codes = {name: encoder.encode(data.samples[rows]) for name, rows in splits.items()}
    pca = PCA(codes["train"].shape[1], random_state=0).fit(pixels["train"])
    views = {"pixels": pixels, "pca": {name: pca.transform(part) for name, part in pixels.items()}, "code": codes}
    right = {name: data.labels[rows] for name, rows in splits.items()}
    found = {}
    for view, parts in views.items():
        chosen = _labelled(labels, TUNING_SEED, start, runs)
        tried = {
            c: _fit(parts["train"], right["train"], chosen, c).score(parts["valid"], right["valid"]) for c in PENALTIES
        }
        best = max(tried, key=lambda c: tried[c])
        test = []
        for seed in range(seeds):
            fitted = _fit(parts["train"], right["train"], _labelled(labels, seed, start, runs), best)
            test.append(fitted.score(parts["test"], right["test"]))
        found[view] = {"penalty": best, "tuning": tried, "test_accuracy": test, "mean": mean_of(test, SHARE)}
        print(labels, "logistic regression on", view, best, found[view]["mean"], flush=True)
    return found


def _labelled(labels: int, seed: int, start: Path, runs: Path) -> np.ndarray:
    """Where in the training split the labels are that the runs with this seed learn from, int64 ``[labels]``."""
    data = trained(SCRATCH, seed, runs, settings(SCRATCH, labels, RATES[0], start)).data
    return np.flatnonzero(data.labels[data.split("train")] >= 0)


def _fit(inputs: np.ndarray, labels: np.ndarray, chosen: np.ndarray, penalty: float) -> Any:
    network = make_pipeline(StandardScaler(), LogisticRegression(C=penalty, max_iter=2000))
    return network.fit(inputs[chosen], labels[chosen])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--labels", nargs="+", type=int, default=(100, 500, 1000))
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--runs", type=Path)
    asked = parser.parse_args()
    runs = asked.runs or Path(tempfile.mkdtemp(prefix="trasluz-pretraining-"))
    start = trained("stacked-autoencoder", 0, runs).path
    results = []
    for labels in asked.labels:
        found = compare(labels, asked.seeds, start, runs)
        results.append({**found, "linear": linear(labels, asked.seeds, start, runs)})
        text = {"machine": machine(), "command": "python -m bench.pretraining", "results": results}
        RESULT.write_text(json.dumps(text, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        render()
    if asked.runs is None:
        shutil.rmtree(runs)


if __name__ == "__main__":
    main()
