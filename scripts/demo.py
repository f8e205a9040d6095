"""The demonstration behind ``make demo``: two networks trained on the embedded digits, and a report of each."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import trasluz
from trasluz.cli.console import Console
from trasluz.errors import TrasluzError

RECIPES = {"digits-cnn": "valid/accuracy", "digits-autoencoder": "valid/mse"}


def main() -> int:
    """Trains, reports, and says where everything is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=Path, default=Path("runs"), help="the folder that the runs are made in")
    runs = parser.parse_args().runs
    console = Console()
    start = time.perf_counter()
    try:
        made = {recipe: demonstrate(recipe, runs, console) for recipe in RECIPES}
    except TrasluzError as error:
        console.fail(str(error))
        return error.exit_code
    print(f"\nDone in {time.perf_counter() - start:.0f} s. Open these pages in a browser:")
    for recipe, (run, page) in made.items():
        metric = RECIPES[recipe]
        print(f"  {recipe} ({metric} {run.metrics[metric]:.4g}): {page.resolve().as_uri()}")
    classifier = made["digits-cnn"][0].path
    print("\nWhat to try next (first: . .venv/bin/activate):")
    print("  trasluz recipes                                    what else there is to train")
    print("  trasluz train digits-cnn --data FOLDER             your own images, one sub-folder per class")
    print(f"  trasluz evaluate {classifier}")
    return 0


def demonstrate(recipe: str, runs: Path, console: Console) -> tuple[trasluz.Run, Path]:
    """One run and its report."""
    console.say(f"Training {recipe} …")
    run = trasluz.train(recipe, runs=runs, reporter=console)
    return run, run.report(reporter=console)


if __name__ == "__main__":
    sys.exit(main())
