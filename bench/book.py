"""The notebooks' six autoencoders (rows 3.2 to 3.8) in Keras itself: what their text gives, seed by seed.

The book's figures are of one run each, on another machine and split.  Here Keras trains the same networks three times
on the split that ours are trained on, so that a difference from the book can be told from one between the programs.

    python -m bench.book [--seeds 3] [--only NAME …]
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys

from bench.machine import machine
from bench.page import RESULTS, ROOT, render
from bench.run import SIDES, find, keras

RESULT = RESULTS / "keras.json"
NAMES = ("stacked", "layerwise", "conv-pooled", "recurrent", "denoising", "sparse")


def train(seed: int, names: tuple[str, ...]) -> list[dict[str, object]]:
    """What Keras tells of each network trained with ``seed``."""
    command = (keras(), str(SIDES / "keras_book.py"), find("fashion-mnist"), str(seed), *names)
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def keep(told: list[dict[str, object]]) -> None:
    """Adds what was told to the results and makes docs/results.md again."""
    kept = json.loads(RESULT.read_text(encoding="utf-8"))["networks"] if RESULT.exists() else {}
    for found in told:
        network = kept.setdefault(found["name"], {})
        network[str(found["seed"])] = {"loss": found["loss"], "seconds": found["seconds"], "keras": found["keras"]}
    text = {"machine": machine(), "command": "python -m bench.book", "networks": kept}
    RESULT.write_text(json.dumps(text, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    render()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--only", nargs="+", choices=NAMES, default=NAMES)
    asked = parser.parse_args()
    for seed in range(asked.seeds):
        for name in asked.only:
            print(f"Keras: {name}, seed {seed}", file=sys.stderr)
            keep(train(seed, (name,)))


if __name__ == "__main__":
    main()
