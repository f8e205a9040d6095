"""Does TPE with pruning choose better than random search?  Five fields of a small residual network on Fashion-MNIST.

Both have the same minutes, side by side, one core each, so that what slows one down slows the other; three seeds.  The
settings that each chose are trained once more on all training images for the same epochs, and judged once on the
10,000 test images.  Nothing is chosen by these.

    python -m bench.samplers [--minutes 20] [--seeds 3] [--runs DIR]
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import trasluz as tz
from bench.means import SHARE, mean_difference, mean_of
from bench.run import write
from trasluz.api import SearchResult
from trasluz.recipe.files import load
from trasluz.reporting import Reporter

_WAYS = {"TPE, ASHA": ("tpe", "asha"), "random": ("random", "none")}
_BASE = {
    "data.limit": {"train": 6000, "valid": 2000, "test": 10_000},
    "data.split_seed": 0,
    "data.augment.flip_horizontal": True,
    "train.epochs": 9,
    "train.evaluate_every": 1,
    "model.network.channels": [32, 64],
}
_OVER: dict[str, Any] = {
    "train.optimiser.learning_rate": {"low": 1e-4, "high": 1e-1, "log": True},
    "train.optimiser.weight_decay": {"low": 1e-4, "high": 1.0, "log": True},
    "model.label_smoothing": {"low": 0.0, "high": 0.3},
    "model.network.dropout_head": {"low": 0.0, "high": 0.7},
    "train.batch": [32, 64, 128, 256],
}


def search(way: str, seed: int, minutes: float, runs: Path) -> dict[str, Any]:
    """One search, and what came of its choice."""
    sampler, pruner = _WAYS[way]
    found = tz.search_settings(
        load("fashion-cnn").override({**_BASE, "seed": seed}),
        over=_OVER,
        minutes=minutes,
        sampler=sampler,
        pruner=pruner,
        runs=runs / f"{sampler}-{seed}",
        reporter=Reporter(),
    )
    assert isinstance(found, SearchResult)
    assert found.best is not None
    tested = found.test(reporter=Reporter())
    states = [trial.state for trial in found.trials]
    return {
        "seed": seed,
        "valid": found.best.value,
        "test": tested.score,
        "values": dict(found.best.values),
        "complete": states.count("complete"),
        "pruned": states.count("pruned"),
    }


def both(seed: int, minutes: float, runs: Path) -> None:
    """Both ways at the same time, one core each."""
    missing = {way: file for way in _WAYS if not (file := kept(way, seed, runs)).exists()}
    one = {**os.environ, "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "bench.samplers", f"--runs={runs}", f"--minutes={minutes}", f"--seed={seed}"]
    begun = [subprocess.Popen([*command, f"--way={way}"], env=one) for way in missing]
    codes = [process.wait() for process in begun]
    if any(codes):
        sys.exit("a search failed")


def kept(way: str, seed: int, runs: Path) -> Path:
    """Where a search's numbers are kept."""
    return runs / f"{_WAYS[way][0]}-{seed}.json"


def page(found: dict[str, list[dict[str, Any]]], minutes: float) -> list[str]:
    """The lines of a table."""
    guided, random = ([one["test"] for one in each] for each in found.values())
    difference = mean_difference(guided, random, SHARE)
    lines = [f"### TPE with pruning against random search: Fashion-MNIST, 5 fields, {minutes:g} minutes each", ""]
    lines += ["Accuracy on 10,000 test images of what each search chose; one core each, side by side.", ""]
    lines += ["| search | test (seeds) | chosen by | trials done | stopped early |", "|" + " --- |" * 5]
    for way, each in found.items():
        own = ", ".join(f"{one['test']:.4f}" for one in each)
        counts = (", ".join(str(one[name]) for one in each) for name in ("complete", "pruned"))
        chosen = ", ".join(f"{one['valid']:.4f}" for one in each)
        mean = mean_of([one["test"] for one in each], SHARE)
        lines.append(f"| {way} | {_shown(mean)} ({own}) | {chosen} | {' | '.join(counts)} |")
    return [*lines, "", f"Difference: {_shown(difference, '+')}.", ""]


def _shown(told: Any, sign: str = "") -> str:
    mean, low, high = told
    return f"{mean:{sign}.4f}" + ("" if low is None else f" [{low:{sign}.4f}, {high:{sign}.4f}]")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--runs", type=Path, default=Path("runs/samplers"))
    parser.add_argument("--way", choices=tuple(_WAYS), help="only this way, of --seed, in this process")
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    asked.runs.mkdir(parents=True, exist_ok=True)
    if asked.way is not None:
        found = search(asked.way, asked.seed, asked.minutes, asked.runs)
        kept(asked.way, asked.seed, asked.runs).write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
        return
    for seed in range(asked.seeds):
        both(seed, asked.minutes, asked.runs)
    results = {
        way: [json.loads(kept(way, seed, asked.runs).read_text(encoding="utf-8")) for seed in range(asked.seeds)]
        for way in _WAYS
    }
    write("search-samplers", page(results, asked.minutes))


if __name__ == "__main__":
    main()
