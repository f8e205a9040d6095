"""Sequences from arrays: checked, cut to the longest that is real, and zero beyond each one's length.

What an array holds beyond a sequence's length, and how much of it, leaves no trace in the data.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from trasluz.errors import DataError
from trasluz.messages import _


def sequences(values: ArrayLike, lengths: ArrayLike | None, what: str) -> tuple[np.ndarray, np.ndarray]:
    """Float32 ``[n, steps, features]`` and int64 lengths ``[n]`` from ``[n, steps]`` or ``[n, steps, features]``.

    ``lengths``: whole numbers from 1 to the steps of the array; ``None`` for sequences that fill it.

    Raises:
        DataError: a shape or a length does not fit, or a real step holds NaN or infinity.
    """
    array = _numbers(values, what)
    array = array[..., None] if array.ndim == 2 else array
    if array.ndim != 3 or not array.size:
        message = _("{what}: has the shape {shape}; sequences are [n, steps] or [n, steps, features].")
        raise DataError(message.format(what=what, shape=list(array.shape)))
    steps = _lengths(lengths, array.shape[:2], what)
    real = np.arange(array.shape[1]) < steps[:, None]
    array = np.where(real[..., None], array, 0).astype(np.float32)
    if not np.isfinite(array).all():
        message = _("{what}: holds numbers that are NaN or infinite; replace them or leave their samples out.")
        raise DataError(message.format(what=what))
    return array[:, : steps.max()], steps


def equally_long(arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Each array ``[n, steps, features]`` padded with zeros to the steps of the longest."""
    steps = max(array.shape[1] for array in arrays.values())
    return {name: np.pad(a, ((0, 0), (0, steps - a.shape[1]), (0, 0))) for name, a in arrays.items()}


def _numbers(values: ArrayLike, what: str) -> np.ndarray:
    try:
        array = np.asarray(values)
    except (ValueError, TypeError):
        array = np.empty(0, object)
    if array.dtype.kind not in "buif":
        message = _("{what}: sequences of different lengths need one array of numbers, padded at the end.")
        raise DataError(message.format(what=what))
    return array


def _lengths(lengths: ArrayLike | None, shape: tuple[int, ...], what: str) -> np.ndarray:
    count, steps = shape
    if lengths is None:
        return np.full(count, steps, np.int64)
    found = np.asarray(lengths)
    whole = found.dtype.kind in "iu" or (found.dtype.kind == "f" and bool((found == np.floor(found)).all()))
    if found.shape != (count,) or not whole or found.min() < 1 or found.max() > steps:
        message = _("{what}: lengths must be {count} whole numbers from 1 to {steps}, one per sequence.")
        raise DataError(message.format(what=what, count=count, steps=steps))
    return found.astype(np.int64)
