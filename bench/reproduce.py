"""Trains what docs/results.md reports: every figure again, from the recipes as they stand.

Settings were chosen on validation data; test data are read once, here.  Each case is written to
``docs/results/<case>.json`` as soon as it is done, and ``docs/results.md`` is made from what lies there, so that the
long list can be run in pieces.

    python -m bench.reproduce [--only CASE ...] [--runs DIR]
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.cases import CASES, Case
from bench.known import trained
from bench.machine import machine
from bench.means import mean_of_metric
from bench.page import OPENING, RESULTS, render
from trasluz.cli.console import Console


def train_and_judge(case: Case, seed: int, runs: Path) -> dict[str, Any]:
    """One seed of a case, of a run that may be there already: its scores, intervals and seconds of training."""
    run = trained(case.recipe, seed, runs, case.settings, Console())
    found = run.evaluations().get(case.split)
    if found is None or not found.metrics.keys() >= set(case.metrics):
        found = run.evaluate(case.split, importance_samples=case.importance_samples)
    seconds = sum(record["seconds"] for record in run.history)
    info = run.info
    return {
        "seed": seed,
        "metrics": {name: found.metrics[name] for name in case.metrics},
        "intervals": {name: found.intervals[name] for name in case.metrics if name in found.intervals},
        "baselines": found.baselines,
        "count": found.count,
        "training_seconds": seconds,
        "wall_seconds": info["timings"]["training_seconds"],
        "epochs": len(run.history),
        "precision": info["hardware"]["precision"],
        "recipe_hash": info["recipe_hash"],
    }


def run_case(name: str, runs: Path) -> None:
    """Trains a case and writes its result."""
    case = CASES[name]
    seeds = [train_and_judge(case, seed, runs) for seed in range(case.seeds)]
    means = {metric: list(mean_of_metric([s["metrics"][metric] for s in seeds], metric)) for metric in case.metrics}
    command = f"python -m bench.reproduce --only {name}"
    write(
        name,
        {
            "recipe": case.recipe,
            "split": case.split,
            "asked": case.asked,
            "command": command,
            "means": means,
            "seeds": seeds,
        },
    )


def open_mnist(runs: Path) -> None:
    """Seconds to open the 70,000 PNGs for the first time, and again, with audit and splits, in fresh processes."""
    with tempfile.TemporaryDirectory() as cache:
        code = (
            "import time; t = time.perf_counter(); import trasluz as tz; from trasluz.data.opening import open_data; "
        )
        code += "from trasluz.recipe import DataSection; s = DataSection(source='mnist'); import sys; "
        code += "t = time.perf_counter(); d = open_data(s, 0); print(time.perf_counter() - t, len(d.samples))"
        found = [_run_python(code, cache) for _ in range(4)]
    seconds = [float(line.split()[0]) for line in found]
    result = {"first": seconds[0], "later": sorted(seconds[1:])[1], "images": int(found[0].split()[1])}
    write("mnist-open", {"asked": OPENING, "command": "python -m bench.reproduce --only mnist-open", **result})


def _run_python(code: str, cache: str) -> str:
    import subprocess

    environment = {**os.environ, "TRASLUZ_CACHE": cache}
    return subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    ).stdout


SPECIAL: dict[str, Callable[[Path], None]] = {"mnist-open": open_mnist}


def write(name: str, result: dict[str, Any]) -> None:
    """Stores a case's result with the machine that it was measured on."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"machine": machine(), **result}, indent=2, ensure_ascii=False)
    (RESULTS / f"{name}.json").write_text(text + "\n", encoding="utf-8")
    render()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", choices=(*CASES, *SPECIAL), default=(*SPECIAL, *CASES))
    parser.add_argument("--runs", type=Path)
    asked = parser.parse_args()
    runs = asked.runs or Path(tempfile.mkdtemp(prefix="trasluz-reproduce-"))
    for name in asked.only:
        started = time.perf_counter()
        SPECIAL[name](runs) if name in SPECIAL else run_case(name, runs)
        print(f"{name}: done in {time.perf_counter() - started:.0f} s", file=sys.stderr)
    if asked.runs is None:
        shutil.rmtree(runs)


if __name__ == "__main__":
    main()
