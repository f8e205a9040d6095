"""Data from arrays in memory: what the estimators, the Python API, ``.npz`` and IDX files have in common."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence, Sized
from typing import Any, cast

import numpy as np
from numpy.typing import ArrayLike

from trasluz.data.read.raw import Label, Labels, Raw
from trasluz.data.read.sequences import equally_long, sequences
from trasluz.errors import DataError
from trasluz.messages import _

GivenLabels = ArrayLike | Sequence[object]  # one of any hashable kind per sample, or several of them
GivenGroups = ArrayLike | Sequence[object]  # one of any hashable kind per sample, as scikit-learn's splitters take them
Part = tuple[Any, Any] | tuple[Any, Any, Any] | tuple[Any, Any, Any, Any]


def from_arrays(
    X: ArrayLike,  # noqa: N803 - the name that scikit-learn and the .npz files use
    y: GivenLabels | None = None,
    *,
    lengths: ArrayLike | None = None,
    valid: Part | None = None,
    test: Part | None = None,
    sample_weight: ArrayLike | None = None,
    groups: GivenGroups | None = None,
    name: str = "arrays",
) -> Raw:
    """Images, a table or sequences, with labels, ready for training.

    ``X``: images ``[n, height, width]`` or ``[n, height, width, channels]`` with 1, 3 or 4 channels, or a table
    ``[n, features]``.  Uint8 images count from 0 to 255, uint16 to 65535 or as ``data.range`` says; floats are kept,
    with a range of 0 to 1 when they lie in it, else from the least to the greatest training value; other whole numbers
    become the smallest of these that holds them.  Tables become float32.  ``y``: one label of any hashable kind per
    sample (``None`` or NaN: no label), or a list of labels per sample, or a 0/1 matrix ``[n, classes]`` for several
    labels per sample.  ``lengths``: whole numbers from 1 on, ``[n]``: then ``X`` are sequences ``[n, steps]`` or
    ``[n, steps, features]``, of each of which so many steps are real.  ``valid`` and ``test``: ``(X, y)``,
    ``(X, y, lengths)`` or ``(X, y, lengths, groups)`` that are those splits.  ``sample_weight``: non-negative, ``[n]``,
    for the training samples.  ``groups``: which samples belong together (of one patient, video, place), one name or
    number of any hashable kind per sample (``None``: alone); none is on both sides of a split that is made.

    Raises:
        DataError: a shape, a type or a length does not fit, or a number is NaN or infinite.
    """
    parts: dict[str, Part | None] = {"train": (X, y, lengths, groups), "valid": valid, "test": test}
    given = {split: part for split, part in parts.items() if part is not None}
    arrays, steps = _arrays(given)
    _require_alike(arrays)
    labels = {split: _labels(pair[1], len(arrays[split]), f"y ({split})") for split, pair in given.items()}
    if len({found is None for found in labels.values()}) > 1:
        raise DataError(_("arrays: give labels for all of the training, validation and test samples, or for none."))
    samples = np.concatenate(list(arrays.values())) if len(arrays) > 1 else arrays["train"]
    ends = np.cumsum([len(part) for part in arrays.values()])
    rows = {split: np.arange(end - len(arrays[split]), end) for split, end in zip(arrays, ends, strict=True)}
    multi = any(found is not None and found[1] for found in labels.values())
    return Raw(
        name=name,
        samples=samples,
        labels=None if labels["train"] is None else [label for found in labels.values() if found for label in found[0]],
        kind="sequence" if steps is not None else "table" if samples.ndim == 2 else "image",
        multi_label=multi,
        splits=rows if len(rows) > 1 else {},
        value_range=_value_range(samples),
        weights=_weights(sample_weight, arrays),
        lengths=steps,
        groups=_groups(given, arrays),
        in_memory=True,
    )


def _arrays(parts: dict[str, Part]) -> tuple[dict[str, np.ndarray], np.ndarray | None]:
    """The samples of each split, and the lengths of all of them where they are sequences."""
    lengths = {split: part[2] if len(part) > 2 else None for split, part in parts.items()}
    if all(found is None for found in lengths.values()):
        return {split: _samples(part[0], f"X ({split})") for split, part in parts.items()}, None
    found = {split: sequences(part[0], lengths[split], f"X ({split})") for split, part in parts.items()}
    arrays = equally_long({split: array for split, (array, _steps) in found.items()})
    return arrays, np.concatenate([steps for _array, steps in found.values()])


def _samples(values: ArrayLike, what: str) -> np.ndarray:
    array = _plain_array(values, what)
    if array.ndim == 3:
        array = array[..., None]
    if array.ndim not in (2, 4) or (array.ndim == 4 and array.shape[3] not in (1, 3, 4)) or not array.size:
        message = _(
            "{what}: has the shape {shape}; images are [n, height, width] or [n, height, width, channels] with 1, 3 "
            "or 4 channels, tables [n, features]."
        )
        hint = ""
        if array.ndim == 4 and array.shape[1] in (1, 3, 4):
            hint = _(" Move the channels to the end: X.transpose(0, 2, 3, 1).")
        raise DataError(message.format(what=what, shape=list(np.shape(values))) + hint)
    if array.dtype.kind == "f" and not _finite(array):
        message = _("{what}: holds numbers that are NaN or infinite; replace them or leave their samples out.")
        raise DataError(message.format(what=what))
    return array.astype(np.float32) if array.ndim == 2 else _as_stored(array)


def _plain_array(values: ArrayLike, what: str) -> np.ndarray:
    """A numeric array; anything else is refused."""
    try:
        array = np.asarray(values)
    except (ValueError, TypeError):
        array = np.empty(0, object)
    if array.dtype.kind not in "buif":
        message = _("{what}: is no array of numbers (but of {dtype}); images of different sizes need a folder.")
        raise DataError(message.format(what=what, dtype=array.dtype))
    return array


def _finite(array: np.ndarray) -> bool:
    """Whether all numbers are finite, in pieces, because ``isfinite`` makes a copy."""
    step = max((64 << 20) // max(array[:1].nbytes, 1), 1)
    return all(bool(np.isfinite(array[start : start + step]).all()) for start in range(0, len(array), step))


def _as_stored(array: np.ndarray) -> np.ndarray:
    """Images of booleans and of other integers, as the narrowest kind that is stored."""
    if array.dtype.kind == "b":
        return array.astype(np.uint8) * np.uint8(255)
    if array.dtype.kind == "f" or array.dtype in (np.uint8, np.uint16):
        return array
    low, high = int(array.min()), int(array.max())
    if low >= 0 and high <= 255:
        return array.astype(np.uint8)
    return array.astype(np.uint16 if low >= 0 and high <= 65535 else np.float32)


def _value_range(samples: np.ndarray) -> tuple[float, float] | None:
    """``None``: to be found from the training rows."""
    if samples.dtype.kind == "u" and samples.ndim == 4:
        return 0.0, float(np.iinfo(samples.dtype).max)
    if samples.ndim == 4 and samples.min() >= 0 and samples.max() <= 1:
        return 0.0, 1.0
    return None


def _require_alike(arrays: dict[str, np.ndarray]) -> None:
    shapes = {array.shape[1:] for array in arrays.values()}
    kinds = {array.dtype for array in arrays.values()}
    if len(shapes) > 1 or len(kinds) > 1:
        message = _("arrays: training, validation and test samples differ in shape or type ({kinds}); make them alike.")
        kinds_text = "; ".join(f"{split}: {list(a.shape[1:])} {a.dtype}" for split, a in arrays.items())
        raise DataError(message.format(kinds=kinds_text))


def _labels(values: GivenLabels | None, count: int, what: str) -> tuple[Labels, bool] | None:
    """The labels as a list, and whether there are several per sample."""
    if values is None:
        return None
    shape: tuple[int, ...] = tuple(values.shape) if hasattr(values, "shape") else (len(cast(Sized, values)),)
    if len(shape) == 2 and shape[1] == 1:
        values = np.asarray(values).reshape(-1)
    if not shape or shape[0] != count or len(shape) > 2:
        message = _("{what}: has the shape {shape} for {count} samples; give one label, or a list of them, per sample.")
        raise DataError(message.format(what=what, shape=list(shape), count=count))
    if len(shape) == 2 and shape[1] != 1:
        return _from_matrix(np.asarray(values), what), True
    given = list(cast(Iterable[object], values))
    items = [_label(value) for value in given]
    several = any(isinstance(value, (list, set, frozenset, np.ndarray)) for value in given)
    if several:
        return [tuple(item) if isinstance(item, (tuple, list)) else (item,) for item in items], True
    try:
        set(items)
    except TypeError:
        message = _("{what}: a label must be hashable: a number, a text, a tuple; or a list of these for several.")
        raise DataError(message.format(what=what)) from None
    return items, False


def _groups(parts: dict[str, Part], arrays: dict[str, np.ndarray]) -> list[Label] | None:
    """Who belongs together, of all rows; ``None`` where no part says so."""
    given = {split: part[3] if len(part) > 3 else None for split, part in parts.items()}
    if all(groups is None for groups in given.values()):
        return None
    rows: list[Label] = []
    for split, groups in given.items():
        count = len(arrays[split])
        rows += [None] * count if groups is None else read_groups(groups, count, f"groups ({split})")
    return rows


def read_groups(values: GivenGroups, count: int, what: str = "groups") -> list[Label]:
    """One hashable per sample, ``count`` of them; ``what`` begins the error.

    Raises:
        DataError: another number of them, or one is not hashable.
    """
    shape: tuple[int, ...] = tuple(values.shape) if hasattr(values, "shape") else (len(cast(Sized, values)),)
    if shape != (count,):
        message = _("{what}: has the shape {shape} for {count} samples; give one name or number per sample.")
        raise DataError(message.format(what=what, shape=list(shape), count=count))
    items = [_label(value) for value in cast(Iterable[object], values)]
    try:
        set(items)
    except TypeError:
        message = _("{what}: what names a group must be hashable: a number, a text, a tuple.")
        raise DataError(message.format(what=what)) from None
    return items


def _label(value: object) -> Label:
    if isinstance(value, np.generic):
        plain: Hashable = value.item()
        return plain
    if isinstance(value, (set, frozenset)):
        return tuple(sorted(value, key=repr))
    if isinstance(value, (list, np.ndarray)):
        return tuple(_label(part) for part in value)
    found: Label = value
    return found


def _from_matrix(matrix: np.ndarray, what: str) -> Labels:
    if not np.isin(matrix, (0, 1)).all():
        message = _(
            "{what}: a matrix of labels holds 0 and 1 only; give a list of labels per sample for anything else."
        )
        raise DataError(message.format(what=what))
    return [tuple(np.flatnonzero(row).tolist()) for row in matrix]


def _weights(values: ArrayLike | None, arrays: dict[str, np.ndarray]) -> np.ndarray | None:
    """Float32 weights of all rows; validation and test samples weigh 1."""
    if values is None:
        return None
    weights = np.asarray(values, np.float32)
    count = len(arrays["train"])
    if weights.shape != (count,) or not np.isfinite(weights).all() or (weights < 0).any() or not weights.any():
        message = _("sample_weight: give {count} numbers that are not negative, not all 0 and not NaN.")
        raise DataError(message.format(count=count))
    rest = sum(len(array) for split, array in arrays.items() if split != "train")
    return np.concatenate([weights, np.ones(rest, np.float32)])
