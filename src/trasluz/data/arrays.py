"""Arrays in memory as data: what estimators, notebooks and ``.npz`` files hand over."""

from __future__ import annotations

from typing import Any

import numpy as np

from trasluz.data.raw import Raw
from trasluz.errors import DataError
from trasluz.messages import _

Pair = tuple[Any, Any]


def from_arrays(
    samples: Any,
    labels: Any = None,
    *,
    valid: Pair | None = None,
    test: Pair | None = None,
    weights: Any = None,
    name: str = "arrays",
) -> Raw:
    """Data from arrays.

    ``samples``: images ``[n, h, w]`` or ``[n, h, w, c]`` (1, 3 or 4 channels) of unsigned 8- or 16-bit integers or
    floats (taken as [0, 1] when they lie there, else as 0–255 when they lie there, else as their own range), or a
    table ``[n, features]``.  ``labels``: one per sample, of any hashable kind, or booleans ``[n, classes]`` for
    several per sample.  ``valid`` and ``test`` are further ``(samples, labels)``.

    Raises:
        DataError: shapes that do not fit, no samples, or numbers that are not finite.
    """
    parts = [("train", (samples, labels)), ("valid", valid), ("test", test)]
    given = [(split, _samples(pair[0]), pair[1]) for split, pair in parts if pair is not None]
    shapes = {part.shape[1:] for _split, part, _labels in given}
    if len(shapes) > 1:
        words = ", ".join(str(shape) for shape in sorted(shapes))
        raise DataError(_("The splits hold samples of different shapes: {shapes}.").format(shapes=words))
    whole = np.concatenate([part for _split, part, _labels in given]) if len(given) > 1 else given[0][1]
    kind = "image" if whole.ndim == 4 else "table"
    splits, start = {}, 0
    for split, part, _labels in given:
        splits[split] = np.arange(start, start + len(part))
        start += len(part)
    found, several = _all_labels(given)
    wide = None if weights is None else np.asarray(weights, np.float32)
    if wide is not None and wide.shape != (len(given[0][1]),):
        raise DataError(
            _("There are {weights} weights for {n} samples.").format(weights=wide.shape, n=len(given[0][1]))
        )
    if wide is not None:
        wide = np.concatenate([wide, np.ones(len(whole) - len(wide), np.float32)])
    return Raw(
        name,
        whole,
        kind=kind,  # type: ignore[arg-type]  # one of the two words above
        labels=found,
        multi_label=several,
        splits=splits if len(given) > 1 else {},
        value_range=value_range(whole),
        weights=wide,
        in_memory=True,
    )


def value_range(samples: np.ndarray) -> tuple[float, float]:
    """The range that stored numbers can take: the integer type's, or (0, 1), (0, 255) or their own for floats."""
    if samples.dtype == np.uint8:
        return 0.0, 255.0
    if samples.dtype == np.uint16:
        return 0.0, 65535.0
    low, high = float(samples.min()), float(samples.max())
    if low >= 0 and high <= 1:
        return 0.0, 1.0
    if low >= 0 and high <= 255:
        return 0.0, 255.0
    return low, high


def _samples(given: Any) -> np.ndarray:
    array = np.asarray(given)
    if array.dtype == bool:
        array = array.astype(np.uint8) * np.uint8(255)
    elif array.dtype not in (np.uint8, np.uint16):
        if array.dtype.kind not in "iuf":
            message = _("Samples are numbers, but these are {dtype}; give integers or floats.")
            raise DataError(message.format(dtype=array.dtype))
        array = array.astype(np.float32)
        if not np.isfinite(array).all():
            raise DataError(_("The samples hold values that are not numbers or infinite; remove or replace them."))
    if array.ndim == 3:
        array = array[..., None]
    if array.ndim not in (2, 4) or array.size == 0 or (array.ndim == 4 and array.shape[3] not in (1, 3, 4)):
        message = _(
            "Samples of shape {shape}: give images [n, height, width] or [n, height, width, 1, 3 or 4], or a table [n, features]."
        )
        raise DataError(message.format(shape=array.shape))
    return array


def _all_labels(given: list[tuple[str, np.ndarray, Any]]) -> tuple[list[Any] | None, bool]:
    """Labels of all parts in one list, ``None`` for parts without."""
    if all(labels is None for _split, _part, labels in given):
        return None, False
    found: list[Any] = []
    several = False
    for _split, part, labels in given:
        values = [None] * len(part) if labels is None else _values(labels)
        if len(values) != len(part):
            message = _("There are {labels} labels for {samples} samples.")
            raise DataError(message.format(labels=len(values), samples=len(part)))
        several = several or any(isinstance(v, tuple) for v in values)
        found += values
    return found, several


def _values(labels: Any) -> list[Any]:
    array = np.asarray(labels) if not isinstance(labels, list) else None
    if array is not None and array.ndim == 2:
        return [tuple(int(i) for i in np.flatnonzero(row)) for row in array]
    return list(array.tolist()) if array is not None else list(labels)
