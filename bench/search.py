"""Choosing, side by side: the notebook's grid of 243 trainings, folds by seeds, small convolutions by processes.

Every side runs in turn in a process of its own, several rounds; a ratio is the median of the rounds' ratios.  The
notebook's own code is timed on one batch size of three, which does the same work, unless ``--whole`` asks for all; it
takes part in the first round alone, because it takes minutes.

    python -m bench.search [--rounds 3] [--only grid seeds-grid folds fashion] [--whole]
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.run import ROOT, write


@dataclass(frozen=True)
class Side:
    """One contender: the command that prints its JSON line, the ratio to reach, and the rounds it takes part in."""

    name: str
    command: tuple[str, ...]
    asked: float | None = None
    rounds: int | None = None


def ours(*arguments: str) -> tuple[str, ...]:
    """A case of ``bench.sides.execute_trasluz``."""
    return (sys.executable, "-m", "bench.sides.execute_trasluz", *arguments)


def grid_sides(case: str, images: str, whole: bool) -> list[Side]:
    """All who train the grid; ours first."""
    python = (sys.executable, "-m")
    notebook = (*python, "bench.sides.grid_notebook", images, *(["--whole"] if whole else []))
    return [
        Side("Trasluz", ours(case)),
        Side("Trasluz fp32", ours(case, "--precision=fp32")),
        Side("the notebook's code", notebook, 30, 1),
        Side("clean PyTorch loop", (*python, "bench.sides.grid_plain", images), 5),
        Side("GridSearchCV, n_jobs=2", (*python, "bench.sides.grid_sklearn", images), 5),
    ]


def write_images(file: Path) -> None:
    """The grid's 600 + 200 images as every side sees them, pixels from 0 to 255."""
    from bench.sides.execute_trasluz import work

    data = work("grid")[0][1]
    assert data.labels is not None
    train, valid = data.split("train"), data.split("valid")
    flat = data.samples.reshape(len(data.samples), -1)
    parts = {"x_train": flat[train], "x_valid": flat[valid]}
    labels = {"y_train": data.labels[train], "y_valid": data.labels[valid]}
    np.savez(file, **{name: values.astype(np.float32) for name, values in parts.items()}, **labels)


def measure(title: str, sides: list[Side], rounds: int) -> list[str]:
    """Runs every side in turn; returns the lines of a table."""
    seconds: dict[str, list[float]] = {side.name: [] for side in sides}
    facts: dict[str, dict[str, object]] = {}
    for number in range(rounds):
        for side in sides:
            if side.rounds is not None and number >= side.rounds:
                continue
            done = subprocess.run(side.command, cwd=ROOT, capture_output=True, text=True, check=False)
            if done.returncode:
                sys.exit(f"{side.name} failed:\n{done.stderr}")
            found = json.loads(done.stdout.strip().splitlines()[-1])
            seconds[side.name].append(found["seconds"])
            facts[side.name] = found
            print(f"{title}, round {number + 1}: {side.name} {found['seconds']:.1f} s", file=sys.stderr)
    ours = seconds[sides[0].name]
    lines = [f"### {title}", "", f"Median of {rounds} rounds; the ratio is the median of the rounds' ratios.", ""]
    lines += [
        "| side | settings | accuracy | seconds (rounds) | Trasluz is faster by | asked |",
        "| --- |" + " --- |" * 5,
    ]
    for side in sides:
        own = seconds[side.name]
        ratio = statistics.median(theirs / mine for mine, theirs in zip(ours, own, strict=False))
        each = ", ".join(f"{s:.1f}" for s in own)
        asked = f"≥ {side.asked}×" if side.asked else ""
        fact = facts[side.name]
        cells = (side.name, fact["settings"], f"{fact['accuracy']:.3f}", f"{statistics.median(own):.1f} ({each})")
        lines.append("| " + " | ".join((*map(str, cells), f"{ratio:.2f}×", asked)) + " |")
    told = facts[sides[0].name].get("told")
    return [*lines, "", *(f"> {sentence}" for sentence in (told if isinstance(told, list) else [])), ""]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", nargs="+", default=("grid", "seeds-grid", "folds", "fashion"))
    parser.add_argument("--whole", action="store_true")
    asked = parser.parse_args()
    titles = {
        "grid": "The notebook's grid of 243 trainings: seconds",
        "seeds-grid": "The same with other first weights in the place of the batch sizes: seconds",
        "folds": "mnist-mlp, 5 folds by 3 seeds: seconds",
        "fashion": "fashion-cnn on 2,000 images, 4 seeds, 3 epochs: seconds",
    }
    ratios = {"folds": 5.0, "fashion": 1.7}
    with tempfile.TemporaryDirectory() as folder:
        for case in asked.only:
            if case in ratios:
                alone = Side("one after another", ours(case, "--one-by-one"), ratios[case])
                sides = [Side("Trasluz", ours(case)), alone]
            else:
                images = Path(folder) / "images.npz"
                write_images(images)
                sides = grid_sides(case, str(images), asked.whole)
            write(f"search-{case}", measure(titles[case], sides, asked.rounds))


if __name__ == "__main__":
    main()
