"""What a search costs beside training: milliseconds per cell of a study of 1,000 trivial cells, everything included.

Several rounds, each in a process of its own; the median counts.  ``--beside`` takes another source tree of Trasluz
(its ``src``), which is measured in turn in the same rounds.

    python -m bench.overhead [--rounds 3] [--cells 1000] [--beside ../before/src]
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

from bench.run import ROOT, write

_ASKED = 15  # milliseconds


def once(cells: int, source: Path | None) -> dict[str, float]:
    """One round, with Trasluz from ``source`` or as it is installed."""
    where = [] if source is None else [str(source.resolve())]
    path = os.pathsep.join([*where, *os.environ.get("PYTHONPATH", "").split(os.pathsep)])
    command = (sys.executable, "-m", "bench.sides.search_overhead", f"--cells={cells}")
    environment = {**os.environ, "PYTHONPATH": path}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{source or 'Trasluz'} failed:\n{done.stderr}")
    found: dict[str, float] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def milliseconds(found: dict[str, float], *parts: str) -> float:
    """Of each cell: the first part, less the others."""
    first, *rest = parts
    return 1000 * (found[first] - sum(found[part] for part in rest)) / found["cells"]


def measure(rounds: int, cells: int, sides: dict[str, Path | None]) -> list[str]:
    """The lines of a table."""
    found: dict[str, list[dict[str, float]]] = {name: [] for name in sides}
    for number in range(rounds):
        for name, source in sides.items():
            found[name].append(once(cells, source))
            each = milliseconds(found[name][-1], "seconds", "training")
            print(f"round {number + 1}: {name} {each:.1f} ms beside training", file=sys.stderr)
    lines = [f"### A search of {cells:,} trivial cells: milliseconds per cell", ""]
    lines += [f"Median of {rounds} rounds; one step of a tiny network on 200 digits each.", ""]
    lines += [
        "| side | beside training (rounds) | training | processor, all in all | asked |",
        "| --- |" + " --- |" * 4,
    ]
    for name, own in found.items():
        beside = [milliseconds(one, "seconds", "training") for one in own]
        each = ", ".join(f"{value:.1f}" for value in beside)
        training, processor = (
            statistics.median(milliseconds(one, part) for one in own) for part in ("training", "processor")
        )
        told = f"{statistics.median(beside):.1f} ({each}) | {training:.1f} | {processor:.1f}"
        lines.append(f"| {name} | {told} | {f'< {_ASKED}' if name == 'Trasluz' else ''} |")
    return [*lines, ""]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--cells", type=int, default=1000)
    parser.add_argument("--beside", type=Path)
    asked = parser.parse_args()
    sides: dict[str, Path | None] = {"Trasluz": None}
    if asked.beside is not None:
        sides[str(asked.beside)] = asked.beside
    write("search-overhead", measure(asked.rounds, asked.cells, sides))


if __name__ == "__main__":
    main()
