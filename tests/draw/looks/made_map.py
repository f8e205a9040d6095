"""A latent map's result with everything that one can hold."""

from __future__ import annotations

from typing import Any

import numpy as np

from trasluz.look.latent.separation import Accuracy
from trasluz.look.looks.latent_map import LatentMapResult


def made_map(count: int = 60, classes: int = 3, given: int = 0, **more: Any) -> LatentMapResult:
    """``count`` points of ``classes`` in two splits, of which the last ``given`` come from elsewhere."""
    noise = np.random.default_rng(0)
    labels = np.arange(count) % classes
    centres = noise.normal(size=(classes, 2)) * 9
    places = (centres[labels] + noise.normal(size=(count, 2))).astype(np.float32)
    splits = np.arange(count) % 2
    names: tuple[str, ...] = ("train", "valid")
    if given:
        splits[-given:], names = 2, (*names, "given")
        labels[-given:] = -1
    values: dict[str, Any] = {
        "positions": {"pca": places, "t-sne": places[:, ::-1] ** 3},
        "facts": {"pca/explained_1": 0.5, "pca/explained_2": 0.25},
        "labels": labels,
        "classes": tuple(f"class {i}" for i in range(classes)),
        "splits": splits,
        "split_names": names,
        "error": np.where(np.arange(count) % 7 == 0, np.nan, noise.random(count)).astype(np.float32),
        "error_of": "reconstruction",
        "density": noise.normal(size=count).astype(np.float32),
        "thumbnails": noise.integers(0, 255, (count, 8, 8, 1)).astype(np.uint8),
        "rows": np.arange(count) * 3,
        "names": (),
        "size": 16,
        "available": 2 * count,
        "neighbours": Accuracy(0.9, 0.85, 0.94, count, 0.34),
        "probe": Accuracy(0.8, 0.75, 0.84, count, 0.34),
    }
    return LatentMapResult(**{**values, **more})
