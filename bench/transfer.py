"""The notebook's three claims about transfer learning, measured: higher start, steeper slope, higher asymptote.

A backbone is trained once on Fashion-MNIST.  Then 600 MNIST images are learned from scratch and from that backbone
with the same network, images, settings and epochs; seed by seed both see the same 600 images.  The rate is the one that
validated best from scratch (``--tune`` tries more for both), and the 10,000 test images are read once, at the end.
"Start" is the validation accuracy after the first epoch, since before it either way's last layer is new; "slope" its
gain per epoch over the next three; "asymptote" the test accuracy after the last.

    python -m bench.transfer [--tune] [--only augmented] [--seeds 5] [--runs DIR]
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import trasluz as tz
from bench.known import trained
from bench.machine import machine
from bench.means import RANGES, mean_difference, mean_of
from bench.page import RESULTS, render

RESULT = RESULTS / "transfer.json"
SCRATCH, TRANSFER = "mnist-600", "transfer-fashion-to-mnist"
# As the recipes are, and without augmentation.
SETTINGS: dict[str, dict[str, Any]] = {"augmented": {}, "plain": {"data.augment": {}}}
EARLY = 3  # epochs over which the slope is taken
RATES = (0.002, 0.004, 0.008)
FACTORS = (1.0, 0.3)  # on the rates of the layers that were moved
Settings = dict[str, Any]


def backbone(runs: Path) -> Path:
    """The run whose layers are moved: one that is there already, or a new one."""
    found = [run for run in tz.list_runs(runs) if run.name == "fashion-backbone" and run.status == "finished"]
    return found[0].path if found else tz.train("fashion-backbone", runs=runs).path


def learn(recipe: str, seed: int, start: Path, runs: Path, settings: Settings) -> tz.Run:
    """One run of 600 images, unless it is there already, so that a measurement can be made in pieces."""
    changes = {**settings, **({"phases.0.from": str(start)} if recipe == TRANSFER else {})}
    return trained(recipe, seed, runs, changes)


def measure(recipe: str, seed: int, start: Path, runs: Path, settings: Settings) -> dict[str, Any]:
    """Validation accuracy after every epoch, and test accuracy at the end."""
    run = learn(recipe, seed, start, runs, settings)
    curve = [record["valid/accuracy"] for record in run.history]
    test = run.evaluations().get("test") or run.evaluate("test")
    return {
        "seed": seed,
        "valid_accuracy": curve,
        "first_epoch": curve[0],
        "slope": (curve[EARLY] - curve[0]) / EARLY,
        "epochs_to_95": next((epoch for epoch, value in enumerate(curve, 1) if value >= 0.95), None),
        "test_accuracy": test.metrics["accuracy"],
        "test_interval": test.intervals["accuracy"],
        "test_count": test.count,
        "seconds": sum(record["seconds"] for record in run.history),
    }


def compare(runs: Path, seeds: int, settings: Settings) -> dict[str, Any]:
    """Both ways for every seed, their means, and the paired differences (transferred minus from scratch)."""
    start = backbone(runs)
    ways = (SCRATCH, TRANSFER)
    found = {way: [measure(way, seed, start, runs, settings) for seed in range(seeds)] for way in ways}
    means = {
        recipe: {n: mean_of([one[n] for one in each], RANGES[n]) for n in RANGES} for recipe, each in found.items()
    }
    values = {n: [[one[n] for one in found[way]] for way in (TRANSFER, SCRATCH)] for n in RANGES}
    differences = {n: mean_difference(*values[n], bounds) for n, bounds in RANGES.items()}
    claims = {
        "higher start": differences["first_epoch"],
        "steeper slope": differences["slope"],
        "higher asymptote": differences["test_accuracy"],
    }
    return {
        "means": means,
        "claims": {k: {"difference": v, "holds": v[1] is not None and v[1] > 0} for k, v in claims.items()},
        **found,
    }


def tune(runs: Path) -> dict[str, list[dict[str, Any]]]:
    """Validation accuracy after the last epoch of each setting, of one seed that is not measured later."""
    start = backbone(runs)
    rates: list[Settings] = [{"train.optimiser.learning_rate": rate} for rate in RATES]
    factors = [
        {**rate, "train.learning_rate_factors": {"classifier.outputs*": 1.0, "classifier.*": f}}
        for rate in rates
        for f in FACTORS
    ]
    found: dict[str, list[dict[str, Any]]] = {}
    for recipe, grid in ((SCRATCH, rates), (TRANSFER, factors)):
        for settings in grid:
            last = learn(recipe, 1000, start, runs, settings).history[-1]
            found.setdefault(recipe, []).append(
                {**settings, "valid_accuracy": last["valid/accuracy"], "valid_loss": last["valid/loss"]}
            )
            print(found[recipe][-1], flush=True)
    return found


def write(result: dict[str, Any]) -> None:
    RESULT.write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    render()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tune", action="store_true")
    parser.add_argument("--only", nargs="+", choices=tuple(SETTINGS), default=tuple(SETTINGS))
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--runs", type=Path)
    asked = parser.parse_args()
    runs = asked.runs or Path(tempfile.mkdtemp(prefix="trasluz-transfer-"))
    kept = json.loads(RESULT.read_text(encoding="utf-8")) if RESULT.exists() else {}
    result = {**kept, "machine": machine(), "command": "python -m bench.transfer"}
    if asked.tune:
        write({**result, "tuning": tune(runs)})
    for name in () if asked.tune else asked.only:
        result[name] = compare(runs, asked.seeds, SETTINGS[name])
        write(result)
    if asked.runs is None:
        shutil.rmtree(runs)


if __name__ == "__main__":
    main()
