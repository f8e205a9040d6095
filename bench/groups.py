"""What a random split of films hides: ``python -m bench.groups`` prints the table in docs/data.md.

40 made films of 25 frames (``tests/series.py``) train the recipe ``digits-cnn``, once with a random split and once with
``data.group``; the truth is the accuracy on 400 films that no run has seen.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np

import trasluz as tz
from tests.series import CLASSES, films, save
from trasluz.metrics.intervals import wilson

SEEDS = 10
_FILMS, _FRAMES, _NEW = 40, 25, 400
_SETTINGS = {"data.valid": 0.2, "train.epochs": 15}


def measure(place: Path, group: dict[str, object], seed: int) -> tuple[float, tuple[float, float], float, float]:
    """Accuracy on validation with its interval, what the interval would be without groups, and the accuracy on new
    films."""
    images, labels, film = films(_FILMS, _FRAMES, seed)
    names = [
        f"{CLASSES[k]}/video{f}_frame{i % _FRAMES:04d}.png" for i, (k, f) in enumerate(zip(labels, film, strict=True))
    ]
    save(place / f"films-{seed}", images, names)
    run = tz.train(
        "digits-cnn", data=place / f"films-{seed}", set={**_SETTINGS, **group}, seed=seed, runs=place / "runs"
    )
    found = run.evaluate("valid")
    fresh, truth, _film = films(_NEW, 5, seed=seed + 1000)
    kept = place / f"new-{seed}"
    save(kept, fresh, [f"{CLASSES[k]}/{i}.png" for i, k in enumerate(truth)])
    new = run.evaluate(data=kept).metrics["accuracy"]
    accuracy = found.metrics["accuracy"]
    plain = wilson(round(accuracy * found.count), found.count)
    held = plain[0] <= new <= plain[1]
    return accuracy, found.intervals["accuracy"], float(held), new


def main() -> None:
    """Prints a row per way to split: means over the seeds."""
    print("| split | validation says | on new films | 95 % interval holds it | as if frames were independent |")
    print("| --- | --- | --- | --- | --- |")
    for title, group in (("random", {}), ("by film", {"data.group.pattern": "(video#)_"})):
        with tempfile.TemporaryDirectory() as folder:
            rows = [measure(Path(folder), group, seed) for seed in range(SEEDS)]
        said, new = (np.mean([row[i] for row in rows]) for i in (0, 3))
        held = sum(low <= truth <= high for _said, (low, high), _plain, truth in rows)
        plain = int(sum(row[2] for row in rows))
        print(f"| {title} | {said:.1%} | {new:.1%} | {held} of {SEEDS} | {plain} of {SEEDS} |", flush=True)


if __name__ == "__main__":
    main()
