"""Mean and standard deviation per channel or feature, over the training rows only, in float64."""

from __future__ import annotations

import numpy as np

from trasluz.data.data import Data
from trasluz.errors import DataError, RecipeError
from trasluz.messages import _

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)


def channel_statistics(data: Data, chunk: int = 1024) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Mean and standard deviation (at least 1e-6) per channel of [0, 1] images, by chunks."""
    low, high = data.value_range
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


def feature_statistics(data: Data) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Mean and standard deviation per feature of a table or of sequences (over the steps that each really has).

    Missing values are left out.  A feature that is the same in all training rows gets 1, and so becomes 0.

    Raises:
        DataError: a feature has no value in any training row.
    """
    values = _values(data)
    absent = np.isnan(values).all(0)
    if absent.any():
        name = data.features[int(absent.argmax())] if data.features else str(int(absent.argmax()))
        message = _("{source}: no training row has a value of {feature}; leave that column out.")
        raise DataError(message.format(source=data.name, feature=name))
    mean = np.nanmean(values, axis=0)
    std = np.nanstd(values, axis=0)
    rounding = 10 * np.finfo(np.float64).eps * np.abs(mean)
    std[std <= rounding] = 1.0
    return tuple(mean.tolist()), tuple(std.tolist())


def _values(data: Data) -> np.ndarray:
    """All numbers of the training rows, float64 ``[m, features]``."""
    rows = data.split("train")
    values = np.asarray(data.samples[rows], np.float64)
    if values.ndim == 2:
        return values
    if data.lengths is None:
        return values.reshape(-1, values.shape[-1])
    there = np.arange(values.shape[1]) < data.lengths[rows][:, None]
    real: np.ndarray = values[there]
    return real


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
