"""Mean and standard deviation per channel or feature, over the training rows only, in float64 by chunks."""

from __future__ import annotations

import numpy as np

from trasluz.data.data import Data
from trasluz.errors import RecipeError
from trasluz.messages import _

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)


def channel_statistics(data: Data, chunk: int = 1024) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Mean and standard deviation (at least 1e-6) per channel of [0, 1] images, or per feature of a table."""
    low, high = data.value_range if data.kind == "image" else (0.0, 1.0)
    rows = data.split("train")
    width = data.samples.shape[-1]
    total, squares, count = np.zeros(width), np.zeros(width), 0
    for start in range(0, len(rows), chunk):
        part = data.samples[rows[start : start + chunk]].reshape(-1, width).astype(np.float64)
        part = (part - low) / (high - low)
        total += part.sum(0)
        squares += (part**2).sum(0)
        count += len(part)
    mean = total / count
    std = np.sqrt(np.maximum(squares / count - mean**2, 1e-12))
    return tuple(mean.tolist()), tuple(std.tolist())


def imagenet_statistics(data: Data) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """ImageNet's mean and standard deviation (He et al. 2015; torchvision's convention).

    Raises:
        RecipeError: the data are not images with three channels.
    """
    if data.kind != "image" or data.samples.shape[3] != 3:
        raise RecipeError(
            _(
                "data.normalise: imagenet needs images with 3 channels; set data.channels=3 or "
                "choose unit, standard or raw."
            )
        )
    return IMAGENET_MEAN, IMAGENET_STD
