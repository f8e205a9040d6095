"""Is what a search says of its winner true?  The notebook's grid of 243, over and over on other images.

Each repeat draws 600 images to train on and 200 to choose by from MNIST's 60,000, searches the grid, and reads what the
search says the best is worth on new images (``expected``, 95 % interval ``low`` to ``high``).  Then the best is judged
on MNIST's 10,000 test images, which nothing else has seen.

    python -m bench.optimism [--repeats 20] [--first 0] [--runs DIR]

Repeats that are there in ``--runs`` are not made again; several may be made side by side with other ``--first``.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from pathlib import Path
from typing import Any

import trasluz as tz
from bench.run import write
from trasluz.api import SearchResult
from trasluz.metrics.intervals import wilson
from trasluz.recipe.study import Study, load_study
from trasluz.reporting import Reporter

_ASKED = 0.9  # of the repeats


def question(repeat: int) -> Study:
    """The grid on this repeat's images, and with its first weights."""
    grid = load_study("mnist-grid")
    own = {"data.split_seed": repeat, "seed": repeat, "data.limit": {"train": 600, "valid": 200}}
    return grid.model_copy(update={"set": {**grid.set, **own}})


def measure(repeat: int, runs: Path) -> dict[str, Any]:
    """What the search says, and what the test images say."""
    found = tz.search_settings(question(repeat), runs=runs / f"repeat-{repeat}", reporter=Reporter())
    assert isinstance(found, SearchResult)
    tested = found.test(reporter=Reporter())
    told = json.loads((found.path / "winner.json").read_text(encoding="utf-8"))
    kept = ("best", "observed", "expected", "low", "high", "optimism", "trials", "samples")
    return {"repeat": repeat, **{name: told[name] for name in kept}, "truth": tested.score, "of": tested.samples}


def page(found: list[dict[str, Any]]) -> list[str]:
    """The lines of a table."""
    inside = [one["low"] <= one["truth"] <= one["high"] for one in found]
    low, high = wilson(sum(inside), len(inside))
    means = {name: statistics.fmean(one[name] for one in found) for name in ("observed", "expected", "truth")}
    lines = ["### The best of 243: what a search says it is worth, and what 10,000 fresh images say", ""]
    lines += [
        f"{len(found)} repeats, each with other images and other first weights. The truth lies inside the interval in "
        f"{sum(inside)} of {len(found)} ({sum(inside) / len(found):.2f} [{low:.2f}, {high:.2f}]; asked: at least "
        f"{_ASKED:.0%}). On average the best scored {means['observed']:.4f} on the images that chose it, the search "
        f"expected {means['expected']:.4f}, and the truth was {means['truth']:.4f}.",
        "",
    ]
    head = ("repeat", "scored", "expected", "95 % interval", "truth", "inside")
    lines += [f"| {' | '.join(head)} |", "|" + " --- |" * len(head)]
    for one, is_inside in zip(found, inside, strict=True):
        interval = f"{one['low']:.3f} to {one['high']:.3f}"
        own = (one["repeat"], f"{one['observed']:.3f}", f"{one['expected']:.3f}", interval, f"{one['truth']:.4f}")
        lines.append(f"| {' | '.join(map(str, own))} | {'yes' if is_inside else 'no'} |")
    return [*lines, ""]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=20)
    parser.add_argument("--first", type=int, default=0, help="the repeat to begin with")
    parser.add_argument("--runs", type=Path, default=Path("runs/optimism"))
    asked = parser.parse_args()
    asked.runs.mkdir(parents=True, exist_ok=True)
    for repeat in range(asked.first, asked.first + asked.repeats):
        kept = asked.runs / f"{repeat}.json"
        if not kept.exists():
            found = measure(repeat, asked.runs)
            kept.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
            print(f"repeat {repeat}: {found['expected']:.3f}, truth {found['truth']:.4f}", file=sys.stderr)
    every = sorted(asked.runs.glob("[0-9]*.json"), key=lambda file: int(file.stem))
    write("search-optimism", page([json.loads(file.read_text(encoding="utf-8")) for file in every]))


if __name__ == "__main__":
    main()
