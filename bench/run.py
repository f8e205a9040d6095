"""Speed, side by side: every side of a case runs in turn, several rounds, in a process of its own.

A speed is a ratio of medians measured in one run.  Keras lives in an environment of its own (``.venv-keras``), made
here when it is absent.  Prints a table per case, keeps it in ``docs/bench/``, and makes ``docs/bench.md`` from what
lies there.

    python -m bench.run [--rounds 5] [--only start autoencoder cats-dogs stacked recurrent vae]
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from bench.machine import machine

ROOT = Path(__file__).parent.parent
SIDES = ROOT / "bench" / "sides"
PARTS = ROOT / "docs" / "bench"
KERAS = ROOT / ".venv-keras" / "bin" / "python"


@dataclass(frozen=True)
class Side:
    """One contender: its name and the command that prints its JSON line."""

    name: str
    command: tuple[str, ...]


@dataclass(frozen=True)
class Case:
    """Contenders on the same work; the first is ours. ``asked``: contender → ratio to reach.  ``unit``: what is counted
    per second."""

    title: str
    sides: tuple[Side, ...]
    asked: dict[str, float]
    unit: str = "images"


def find(name: str) -> str:
    """The folder of real data called ``name``."""
    places = [Path(p) / name for p in os.environ.get("TRASLUZ_DATA", "").split(os.pathsep) if p]
    places.append(Path("/usr/share/datasets") / name)
    for place in places:
        if place.is_dir():
            return str(place)
    sys.exit(f"{name}: not found; put it in a folder of $TRASLUZ_DATA.")


def keras() -> str:
    """The Python of the Keras environment, made when absent."""
    if not KERAS.exists():
        subprocess.run([sys.executable, "-m", "venv", str(KERAS.parent.parent)], check=True)
        subprocess.run([str(KERAS), "-m", "pip", "install", "-q", "tensorflow-cpu", "pillow", "scipy"], check=True)
    return str(KERAS)


def ours(recipe: str, *settings: str) -> tuple[str, ...]:
    """Our side: a recipe with overrides."""
    return (sys.executable, "-m", "bench.sides.trasluz", recipe, *(f"--set={s}" for s in settings))


def autoencoder() -> Case:
    """Row 0.2 at batch 64 on 16,000 images, second epoch on."""
    folder, sizes = find("fashion-mnist"), ("16000", "64", "3")
    settings = ("data.limit=16000", "data.valid=0.01", "train.epochs=3", "train.checkpoint_minutes=10")
    return Case(
        "conv-autoencoder, batch 64, Fashion-MNIST: images/s",
        (
            Side("Trasluz", ours("conv-autoencoder", *settings)),
            Side("Trasluz fp32", ours("conv-autoencoder", *settings, "compute.precision=fp32")),
            Side("Keras", (keras(), str(SIDES / "keras_conv_autoencoder.py"), folder, *sizes)),
            Side("plain PyTorch", (sys.executable, str(SIDES / "plain_conv_autoencoder.py"), folder, *sizes)),
        ),
        {"Keras": 1.6, "plain PyTorch": 2.5},
    )


def cats_dogs() -> Case:
    """Row 1.4, 100 steps of 20, second epoch on."""
    folder, sizes = str(Path(find("cats-dogs")) / "train"), ("100", "20", "2")
    settings = ("train.epochs=2", "data.valid=null", "train.checkpoint_minutes=10")
    return Case(
        "cats-dogs-2, 150×150, batch 20: images/s from the second epoch on",
        (
            Side("Trasluz", ours("cats-dogs-2", *settings)),
            Side("Trasluz fp32", ours("cats-dogs-2", *settings, "compute.precision=fp32")),
            Side("Keras", (keras(), str(SIDES / "keras_cats_dogs.py"), folder, *sizes)),
            Side("plain PyTorch", (sys.executable, str(SIDES / "plain_cats_dogs.py"), folder, *sizes, "0")),
            Side("plain PyTorch, 2 workers", (sys.executable, str(SIDES / "plain_cats_dogs.py"), folder, *sizes, "2")),
        ),
        {"Keras": 1.6, "plain PyTorch": 2.5},
    )


def fashion(name: str, recipe: str, asked: float) -> Case:
    """An autoencoder of the notebooks as written at batch 32, second epoch on."""
    sizes = ("16000", "32", "3")
    settings = ("data.limit=16000", "data.valid=0.01", "train.epochs=3", "train.checkpoint_minutes=10")
    script = (keras(), str(SIDES / "keras_fashion.py"), name, find("fashion-mnist"), *sizes)
    title = f"{recipe}, batch 32, Fashion-MNIST: images/s"
    return Case(title, (Side("Trasluz", ours(recipe, *settings)), Side("Keras", script)), {"Keras": asked})


def measure(case: Case, rounds: int) -> list[str]:
    """Runs every side ``rounds`` times in turn; returns the lines of a table."""
    speeds: dict[str, list[float]] = {side.name: [] for side in case.sides}
    facts: dict[str, dict[str, object]] = {}
    for number in range(rounds):
        for side in case.sides:
            done = subprocess.run(side.command, cwd=ROOT, capture_output=True, text=True, check=False)
            if done.returncode:
                sys.exit(f"{side.name} failed:\n{done.stderr}")
            found = json.loads(done.stdout.strip().splitlines()[-1])
            speeds[side.name].append(found.pop(f"{case.unit}_per_second"))
            facts[side.name] = found
            print(f"{case.title}, round {number + 1}: {side.name} {speeds[side.name][-1]:.0f}", file=sys.stderr)
    best = case.sides[0].name
    lines = [f"### {case.title}", "", f"Median of {rounds} rounds; the ratio is the median of the rounds' ratios.", ""]
    lines += [
        f"| side | settings | parameters | {case.unit}/s (rounds) | Trasluz is faster by | asked |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for side in case.sides:
        ratio = statistics.median(a / b for a, b in zip(speeds[best], speeds[side.name], strict=True))
        each = ", ".join(f"{s:.0f}" for s in speeds[side.name])
        asked = f"≥ {case.asked[side.name]}×" if side.name in case.asked else ""
        fact = facts[side.name]
        median = statistics.median(speeds[side.name])
        cells = (side.name, fact["settings"], fact["parameters"], f"{median:.0f} ({each})", f"{ratio:.2f}×", asked)
        lines.append("| " + " | ".join(map(str, cells)) + " |")
    return [*lines, ""]


def start(rounds: int) -> list[str]:
    """Seconds from a command to its end: ``trasluz --help`` and ``import trasluz``."""
    help_ = (str(Path(sys.executable).parent / "trasluz"), "--help")
    commands = {"trasluz --help": (help_, 0.5), "import trasluz": ((sys.executable, "-c", "import trasluz"), 0.3)}
    lines = ["### Time to start", "", "| command | seconds, median | asked |", "| --- | --- | --- |"]
    for name, (command, asked) in commands.items():
        seconds = []
        for _round in range(rounds + 1):
            begin = time.perf_counter()
            subprocess.run(command, capture_output=True, check=True)
            seconds.append(time.perf_counter() - begin)
        lines.append(f"| `{name}` | {statistics.median(seconds[1:]):.2f} | < {asked} |")
    return [*lines, ""]


def write(name: str, lines: list[str]) -> None:
    """Stores a case's table with the machine it was measured on, and makes docs/bench.md from all stored ones."""
    PARTS.mkdir(parents=True, exist_ok=True)
    text = "\n".join([*lines, f"Measured on {machine()}."])
    (PARTS / f"{name}.md").write_text(text + "\n", encoding="utf-8")
    head = [
        "# Speed",
        "",
        "Made by `make bench`: every side runs in turn in a process of its own; a speed is a ratio",
        "of medians measured in one run. What is not here was not measured yet.",
        "",
    ]
    parts = [path.read_text(encoding="utf-8") for path in sorted(PARTS.glob("*.md"))]
    (ROOT / "docs" / "bench.md").write_text("\n".join([*head, *parts]), encoding="utf-8")
    print(text)


def main() -> None:
    cases = {
        "start": lambda rounds: start(2 * rounds),
        "autoencoder": lambda rounds: measure(autoencoder(), rounds),
        "cats-dogs": lambda rounds: measure(cats_dogs(), rounds),
        "stacked": lambda rounds: measure(fashion("stacked", "stacked-autoencoder", 3.0), rounds),
        "recurrent": lambda rounds: measure(fashion("recurrent", "recurrent-autoencoder", 2.8), rounds),
        "vae": lambda rounds: measure(fashion("vae", "vae", 1.3), rounds),
    }
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", nargs="+", choices=tuple(cases), default=tuple(cases))
    asked = parser.parse_args()
    for name in asked.only:
        write(name, cases[name](asked.rounds))


if __name__ == "__main__":
    main()
