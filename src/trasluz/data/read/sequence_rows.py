"""Sequences for prediction: ``.npz`` files or arrays with the features that a model was trained on, of any lengths.

They come out padded with zeros to the steps that the model was built for, with the length of each beside them.
"""

from __future__ import annotations

from collections.abc import Sequence, Sized
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from trasluz.data.read.sequences import sequences
from trasluz.data.sources.npz import stored_parts
from trasluz.errors import DataError
from trasluz.messages import _

_ARRAYS = "arrays"


def load_sequences(paths: Sequence[Path], shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray, tuple[str, ...]]:
    """Float32 ``[n, *shape]``, int64 lengths ``[n]`` and ``file#number`` of all sequences of ``.npz`` files.

    ``shape``: steps and features of the model's sequences.

    Raises:
        DataError: a file is not there, is no ``.npz`` file, or its sequences are none for this model.
    """
    samples, lengths, names = [], [], []
    for path in paths:
        if not path.is_file() or path.suffix.lower() != ".npz":
            message = _("{path}: this model was trained on sequences; give .npz files with X and lengths.")
            raise DataError(message.format(path=path))
        parts = [_checked(values, steps, shape, str(path)) for values, steps in stored_parts(path)]
        samples += [found for found, _steps in parts]
        lengths += [steps for _found, steps in parts]
        names += [f"{path}#{i + 1}" for i in range(sum(len(found) for found, _steps in parts))]
    return np.concatenate(samples), np.concatenate(lengths), tuple(names)


def sequences_of_arrays(
    values: np.ndarray | Sequence[object], lengths: ArrayLike | None, shape: tuple[int, ...]
) -> tuple[np.ndarray, np.ndarray]:
    """Float32 ``[n, *shape]`` and int64 lengths ``[n]``.

    ``values``: a padded array ``[n, steps, features]`` with ``lengths`` (``None``: every step counts), one sequence
    ``[steps, features]``, or a list of sequences of different lengths; sequences of one feature may leave out the last
    axis of an array ``[n, steps]`` and of the items ``[steps]`` of a list.

    Raises:
        DataError: the shape or a length does not fit, or a step that counts holds NaN or infinity.
    """
    if isinstance(values, np.ndarray) or not _differ(values):
        array = _array(values)
        if array.ndim == 2 and shape[1] != 1:
            array = array[None]
        return _checked(array, lengths, shape, _ARRAYS)
    if lengths is not None:
        raise DataError(_("lengths: leave them out for a list of sequences; each has its own."))
    return _checked(*_padded([_array(item) for item in values], shape), shape, _ARRAYS)


def _array(values: object) -> np.ndarray:
    """``values`` as an array; of Python objects, which are refused later, where they make none of numbers."""
    try:
        return np.asarray(values)
    except (ValueError, TypeError):
        return np.empty((0, 0), object)


def _differ(values: Sequence[object]) -> bool:
    """Whether the items are sequences of different lengths, which no array holds."""
    return len({len(item) for item in values if isinstance(item, Sized)}) > 1


def _padded(items: list[np.ndarray], shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """One array ``[n, steps, features]``, zero beyond each item's length, and the lengths."""
    columns = [item[:, None] if item.ndim == 1 else item for item in items]
    for item, column in zip(items, columns, strict=True):
        if column.ndim != 2 or column.shape[1] != shape[1] or column.dtype.kind not in "buif":
            raise _other_shape(_ARRAYS, item.shape, shape)
    lengths = np.array([len(column) for column in columns])
    padded = np.zeros((len(columns), lengths.max(), shape[1]), np.float64)
    for row, column in zip(padded, columns, strict=True):
        row[: len(column)] = column
    return padded, lengths


def _checked(
    values: np.ndarray, lengths: ArrayLike | None, shape: tuple[int, ...], what: str
) -> tuple[np.ndarray, np.ndarray]:
    """Sequences of the model's features, with as many steps as it was built for."""
    given = np.shape(values)
    if len(given) not in (2, 3) or (given[2] if len(given) == 3 else 1) != shape[1] or not given[0]:
        raise _other_shape(what, given, shape)
    found, real = sequences(values, lengths, what)
    if found.shape[1] > shape[0]:
        message = _("{what}: a sequence has {given} steps, but this model was trained on at most {steps}; cut it.")
        raise DataError(message.format(what=what, given=found.shape[1], steps=shape[0]))
    return np.pad(found, ((0, 0), (0, shape[0] - found.shape[1]), (0, 0))), real


def _other_shape(what: str, given: tuple[int, ...], shape: tuple[int, ...]) -> DataError:
    message = _(
        "{what}: the shape {shape} is not that of sequences for this model; give [n, steps, {features}], of at most "
        "{steps} steps."
    )
    return DataError(message.format(what=what, shape=list(given), features=shape[1], steps=shape[0]))
