"""What a random split of films hides: ``python -m bench.groups`` prints the table in docs/data.md.

24 made films of 15 frames (``tests/series.py``, the bar that tells the class hardly brighter than the noise) train the
recipe ``digits-cnn``, once with a random split and once by ``groups``; the truth is the accuracy on 300 films that no
run has seen.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np

import trasluz as tz
from tests.series import film
from trasluz.metrics.intervals import wilson

SEEDS = 5
_FILMS, _FRAMES, _NEW = 24, 15, 300
_BAR, _NOISE = 12, 10
_SETTINGS = {"data.valid": 0.25, "data.test": None, "train.epochs": 10}


def make(count: int, frames: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Frames, classes and the number of each frame's film."""
    images = np.concatenate([film(n % 2, 10_000 * seed + n, frames, bar=_BAR, noise=_NOISE) for n in range(count)])
    number = np.repeat(np.arange(count), frames)
    return images, number % 2, number


def measure(by_film: bool, seed: int) -> tuple[float, float, bool, bool]:
    """Accuracy on validation and on new films, and whether the interval by groups, and as if frames were independent,
    holds the latter."""
    images, labels, number = make(_FILMS, _FRAMES, seed)
    groups = number if by_film else None
    with tempfile.TemporaryDirectory() as folder:
        data = (images, labels)
        run = tz.train("digits-cnn", data=data, groups=groups, set=_SETTINGS, seed=seed, runs=Path(folder))
        found = run.evaluate("valid")
        fresh, truth, _number = make(_NEW, 1, seed + 1000)
        new = _accuracy(run, fresh, truth)
    accuracy = found.metrics["accuracy"]
    low, high = found.intervals["accuracy"]
    plain = wilson(round(accuracy * found.count), found.count)
    return accuracy, new, low <= new <= high, plain[0] <= new <= plain[1]


def _accuracy(run: tz.Run, images: np.ndarray, labels: np.ndarray) -> float:
    """The share of ``images`` that the run's network gets right."""
    with tempfile.TemporaryDirectory() as folder:
        np.savez(Path(folder) / "new.npz", X=images, y=labels)
        return run.evaluate(data=Path(folder) / "new.npz").metrics["accuracy"]


def main() -> None:
    """Prints a row per way to split: means over the seeds."""
    print("| split | accuracy on validation | on new films | its interval holds that | as if frames were independent |")
    print("| --- | --- | --- | --- | --- |")
    for title, by_film in (("random", False), ("by film", True)):
        rows = np.array([measure(by_film, seed) for seed in range(SEEDS)])
        said, new, held, plain = rows.mean(0)
        words = f"{said:.1%} | {new:.1%} | {round(held * SEEDS)} of {SEEDS} | {round(plain * SEEDS)} of {SEEDS}"
        print(f"| {title} | {words} |", flush=True)


if __name__ == "__main__":
    main()
