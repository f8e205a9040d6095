"""What each of two processes runs in the test of batch norms: it trains, and writes what its own networks became."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import torch

from tests.training.harness import Session, digits
from trasluz.recipe import Recipe, from_dict

CASES: dict[str, dict[str, Any]] = {
    "recomputed": {},
    "recomputed average": {"ema": 0.9},
    "counted average": {"statistics": "running", "ema": 0.9},
}


def norms_recipe(case: str, devices: int) -> Recipe:
    """30 steps of a network with two batch norms; 150 digits in batches of 25, of which the ranks take 13 and 12."""
    network = {"name": "conv", "channels": [8, 8], "dense": [16], "norm": {}}
    train = {"epochs": 5, "batch": 25, "optimiser": {"learning_rate": 3e-3}, **CASES[case]}
    compute = {"threads": 1, "device": "cpu", "devices": devices, "precision": "fp32"}
    return from_dict({"model": {"family": "classifier", "network": network}, "train": train, "compute": compute})


if __name__ == "__main__":
    where, chosen = Path(sys.argv[1]), sys.argv[2]
    loop = Session(norms_recipe(chosen, 2), where / "run", data=digits(200)).run()
    torch.save(loop.engine.evaluated.state_dict(), where / f"rank{os.environ['RANK']}.pt")
