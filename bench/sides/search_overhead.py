"""A search of many trivial cells, as `trasluz search` makes it: drawing, recipes, run folders, judging, storage, page.

    python -m bench.sides.search_overhead [--cells 1000]

Each cell is one step of a tiny network on 200 digits.  A first search of a few cells pays for what a process loads
once.  What the runs say of their training is given beside the whole time.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path
from typing import Any

from trasluz import api
from trasluz.api.searching import SearchResult

_WARM = 4
_TRIVIAL: dict[str, Any] = {
    "data.limit": 200,
    "data.split_seed": 0,
    "data.test": None,
    "data.augment": {},
    "model.network": {"name": "dense", "hidden": [8]},
    "train.epochs": 1,
    "train.batch": "full",
}
_OVER = {"train.optimiser.learning_rate": {"low": 1e-4, "high": 1e-1, "log": True}}


def search(cells: int, runs: Path) -> SearchResult:
    """A random search of that many trials of one cell each."""
    found = api.search_settings(
        "digits-cnn", over=_OVER, set=_TRIVIAL, trials=cells, sampler="random", seeds=1, runs=runs, lang="en"
    )
    assert isinstance(found, SearchResult)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cells", type=int, default=1000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        search(_WARM, Path(folder) / "warm")
        started, worked = time.perf_counter(), time.process_time()
        found = search(asked.cells, Path(folder) / "runs")
        seconds, processor = time.perf_counter() - started, time.process_time() - worked
    cells = [cell for trial in found.trials for cell in trial.cells]
    assert len(cells) == asked.cells
    training = sum(float(cell["seconds"]) for cell in cells)
    print(json.dumps({"seconds": seconds, "processor": processor, "training": training, "cells": len(cells)}))


if __name__ == "__main__":
    main()
