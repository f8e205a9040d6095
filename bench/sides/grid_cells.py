"""The notebook's grid as every side trains it: its cells, and the 600 + 200 images that lie in a file of arrays."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from pathlib import Path

import numpy as np

EPOCHS, BATCHES = (50, 100, 150), (256, 512, 1024)
RATES, DECAYS, WIDTHS = (0.001, 0.01, 0.1), (0.001, 0.01, 0.1), (50, 80, 100)


@dataclass(frozen=True)
class Cell:
    """One setting; the batch size is never used: each step sees all images."""

    epochs: int
    batch: int
    rate: float
    decay: float
    width: int


def cells(whole: bool = True) -> list[Cell]:
    """All 243 in the notebook's order, or those of one batch size, which are a third of the work."""
    batches = BATCHES if whole else BATCHES[:1]
    return [Cell(*values) for values in itertools.product(EPOCHS, batches, RATES, DECAYS, WIDTHS)]


def images(file: str) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """``x_train`` float32 ``[600, 784]`` from 0 to 255, ``y_train``, ``x_valid``, ``y_valid``."""
    with np.load(Path(file)) as found:
        return found["x_train"], found["y_train"], found["x_valid"], found["y_valid"]
