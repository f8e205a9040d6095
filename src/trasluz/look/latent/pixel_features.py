"""Pixels as features: images averaged to at most 32 on a side and flattened, so that thousands can be compared."""

from __future__ import annotations

import numpy as np
from torch import Tensor
from torch.nn import functional as F

from trasluz.look.subject import Subject
from trasluz.model.evaluation_mode import batch_size_for

_LARGEST = 32


def pixels(subject: Subject, rows: np.ndarray) -> np.ndarray:
    """Rows of the data, float32 ``[n, values]``: images as ``as_pixels`` has them, else as networks see them."""
    samples, size = subject.data.samples, batch_size_for(subject.data.samples)
    parts = (np.asarray(samples[rows[start : start + size]]) for start in range(0, len(rows), size))
    return np.concatenate([pixels_of(subject, part) for part in parts])


def pixels_of(subject: Subject, samples: np.ndarray) -> np.ndarray:
    """The same of stored samples, at least one."""
    images = subject.spec.kind == "image"
    return subject.over(samples, lambda inputs, pixels: shrunk(pixels) if images else inputs.flatten(1))


def as_pixels(pixels: Tensor) -> np.ndarray:
    """Images ``[n, c, h, w]`` in [0, 1] as float32 ``[n, values]``, of no side above 32."""
    found: np.ndarray = shrunk(pixels).cpu().numpy()
    return found


def shrunk(pixels: Tensor) -> Tensor:
    """The same on the device."""
    height, width = pixels.shape[2:]
    factor = max(height, width) / _LARGEST
    if factor > 1:
        pixels = F.interpolate(pixels, (max(round(height / factor), 1), max(round(width / factor), 1)), mode="area")
    return pixels.flatten(1)


def root_mean_square(distances: np.ndarray, values: int) -> np.ndarray:
    """Euclidean distances between pixels as the root of their mean squared difference, in [0, 1]."""
    found: np.ndarray = distances / np.sqrt(values)
    return found
