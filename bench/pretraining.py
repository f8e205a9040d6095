"""Row 3.3 measured: a classifier with few labels whose encoder saw all images without labels, against from scratch.

``stacked-autoencoder`` is trained once on all training images.  For each number of labels both ways use the same
network, labels and epochs; the rate of each is the one of ``RATES`` that validated best with a seed that is not
measured later, and the 10,000 test images are read once per run, at the end.

    python -m bench.pretraining [--labels 100 500 1000] [--seeds 5] [--runs DIR]
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

from bench.known import trained
from bench.machine import machine
from trasluz.metrics.intervals import mean_interval

RESULT = Path(__file__).parent.parent / "docs" / "results" / "pretraining.json"
SCRATCH, PRETRAINED = "scratch-classifier", "pretrained-classifier"
RATES = (0.0003, 0.001, 0.003, 0.01)
TUNING_SEED = 1000


def settings(recipe: str, labels: int, rate: float, start: Path) -> dict[str, Any]:
    """What is changed in a recipe; the unfrozen phase of a pre-trained one has half the rate, as in the recipe."""
    changes: dict[str, Any] = {"data.labelled": labels, "train.optimiser.rate": rate}
    if recipe == PRETRAINED:
        changes |= {"phases.0.from": str(start), "phases.1.train.optimiser.rate": rate / 2}
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
            "mean": mean_interval(test),
            "seconds": seconds,
        }
        print(labels, recipe, best, found[recipe]["mean"], flush=True)
    pairs = zip(found[PRETRAINED]["test_accuracy"], found[SCRATCH]["test_accuracy"], strict=True)
    found["difference"] = mean_interval([before - fresh for before, fresh in pairs])
    return found


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
        results.append(compare(labels, asked.seeds, start, runs))
        text = {"machine": machine(), "command": "python -m bench.pretraining", "results": results}
        RESULT.write_text(json.dumps(text, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    if asked.runs is None:
        shutil.rmtree(runs)


if __name__ == "__main__":
    main()
