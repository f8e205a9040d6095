"""Row 0.5 measured: a GAN's samples beside those of a VAE whose codes are drawn from a fitted mixture.

Both are trained on Fashion-MNIST with several seeds; each gives 10,000 samples, which are compared with the 10,000
test images over the features of ``fashion-cnn``, a classifier trained on the same images.  Beside every distance
stands that of as many training images from the test images, which is what a perfect generator would get.

    python -m bench.samples [--seeds 3] [--runs DIR]
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import tempfile
from pathlib import Path
from typing import Any

import trasluz as tz
from bench.known import trained
from bench.machine import machine
from bench.page import RESULTS, render
from trasluz.cli.console import Console

RESULT = RESULTS / "samples.json"
CLASSIFIER = "fashion-cnn"
GENERATORS = {"gan": "prior", "vae-tuned": "mixture"}
SAMPLES = 10_000


def judge(recipe: str, source: str, seed: int, classifier: tz.Run, runs: Path) -> dict[str, Any]:
    """One seed of a generator: its numbers, those of real images in its place, and its seconds."""
    run = trained(recipe, seed, runs, reporter=Console())
    found = run.evaluate_samples(classifier, SAMPLES, "test", seed=seed, source=source)
    return {
        "seed": seed,
        "metrics": found.metrics,
        "real": found.real,
        "shares": dict(zip(found.classes, map(float, found.shares), strict=True)),
        "training_seconds": run.info["timings"]["training_seconds"],
        "epochs": len(run.history),
    }


def measure(seeds: int, runs: Path) -> dict[str, Any]:
    """All seeds of all generators, with the median FID and the smallest share of a class of each."""
    classifier = trained(CLASSIFIER, 0, runs, reporter=Console())
    found: dict[str, Any] = {"classifier_accuracy": classifier.metrics["valid/accuracy"], "generators": {}}
    for recipe, source in GENERATORS.items():
        made = [judge(recipe, source, seed, classifier, runs) for seed in range(seeds)]
        found["generators"][recipe] = {
            "source": source,
            "median_fid": statistics.median(one["metrics"]["fid"] for one in made),
            "smallest_share": min(one["metrics"]["smallest_share"] for one in made),
            "seconds": [round(one["training_seconds"]) for one in made],
            "seeds": made,
        }
        print(recipe, {k: v for k, v in found["generators"][recipe].items() if k != "seeds"}, flush=True)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--runs", type=Path)
    asked = parser.parse_args()
    runs = asked.runs or Path(tempfile.mkdtemp(prefix="trasluz-samples-"))
    result = {"machine": machine(), "command": "python -m bench.samples", **measure(asked.seeds, runs)}
    RESULT.write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    render()
    if asked.runs is None:
        shutil.rmtree(runs)


if __name__ == "__main__":
    main()
