"""Made facts and data of every kind that a choice is tried on."""

from __future__ import annotations

from typing import Any

import numpy as np

from trasluz.choosing.facts import Facts

PHOTOS = Facts("photos", "image", 2000, {"cat": 1000, "dog": 1000}, 2000, height=171, width=224, sizes=344, channels=3)
SIGNS = Facts(
    "digits",
    "image",
    1797,
    {str(n): 180 for n in range(10)},
    1797,
    height=8,
    width=8,
    sizes=1,
    channels=1,
    mirrored=0.4,
)
TABLE = Facts("iris", "table", 150, {"a": 50, "b": 50, "c": 50}, 150, features=4)
SEQUENCES = Facts("walks", "sequence", 500, {"up": 250, "down": 250}, 500, features=3, steps=20)


def bars(count: int, sides: tuple[str, str], seed: int = 0) -> tuple[np.ndarray, list[str]]:
    """Noisy grey images uint8 ``[n, 12, 12, 1]`` with a bright bar on one of two ``sides`` (left, right, top, bottom),
    which is the class."""
    places: dict[str, Any] = {
        "left": np.s_[:, :3],
        "right": np.s_[:, -3:],
        "top": np.s_[:3, :],
        "bottom": np.s_[-3:, :],
    }
    noise = np.random.default_rng(seed)
    images = noise.integers(0, 60, (count, 12, 12, 1), dtype=np.uint8)
    labels = [sides[i % 2] for i in range(count)]
    for image, label in zip(images, labels, strict=True):
        image[places[label]] += np.uint8(150)
    return images, labels
