"""Labels of any hashable kind to indices into sorted classes.

Numbers are sorted as numbers, and so are texts that are all whole numbers ("2" before "10"); other texts by code
point, which no locale changes; other kinds by their printed form.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from trasluz.data.read.raw import Labels
from trasluz.errors import DataError
from trasluz.messages import _

_WHOLE = re.compile(r"[+-]?\d{1,18}")


@dataclass(frozen=True)
class IndexedLabels:
    """``indices``: int64 ``[n]`` (−1: no label) or bool ``[n, classes]``; ``classes``: printed names; ``values``."""

    indices: np.ndarray
    classes: tuple[str, ...]
    values: tuple[Hashable, ...]


def index_labels(
    labels: Labels, multi_label: bool, names: Mapping[Hashable, str] | None = None, also: Sequence[Hashable] = ()
) -> IndexedLabels:
    """Numbers the classes of ``labels`` (one per row, or a tuple per row); ``None`` and NaN are no label.

    ``names`` prints values otherwise than ``str`` does, and all of its values are classes, in its order; it is
    ignored when there are labels that it does not know.  ``also``: classes that may have no label.
    """
    rows: list[Any] = list(labels)
    distinct = {value for row in rows for value in row} if multi_label else set(rows)
    plain = {value: _plain(value) for value in distinct}
    found = {value for value in plain.values() if not _absent(value)} | set(also)
    known = names if names and found <= set(names) else {}
    values = tuple(known or _sorted(found))
    number = {value: i for i, value in enumerate(values)}
    position = {given: number.get(value, -1) for given, value in plain.items()}
    if multi_label:
        indices = np.zeros((len(rows), len(values)), bool)
        for i, row in enumerate(rows):
            indices[i, [position[value] for value in row if position[value] >= 0]] = True
    else:
        indices = np.fromiter((position[value] for value in rows), np.int64, len(rows))
    return IndexedLabels(indices, _printed(values, known), values)


def one_case(labels: Labels, multi_label: bool) -> Labels:
    """The labels with one spelling for those that differ in upper and lower case only: the most frequent one."""
    rows: list[Any] = list(labels)
    counts = Counter(value for row in rows for value in (row if multi_label else (row,)) if isinstance(value, str))
    chosen: dict[str, str] = {}
    for value, _count in sorted(counts.items(), key=lambda one: (-one[1], one[0])):
        chosen.setdefault(value.casefold(), value)

    def spelled(value: Hashable) -> Hashable:
        return chosen[value.casefold()] if isinstance(value, str) else value

    if multi_label:
        return [tuple(dict.fromkeys(map(spelled, row))) for row in rows]
    return [spelled(row) for row in rows]


def in_order(labels: IndexedLabels, classes: Sequence[str], source: str) -> IndexedLabels:
    """The same labels with ``classes`` (printed names) as their classes, in this order, with or without samples.

    Raises:
        DataError: the labels have a class that is not among ``classes``, or one is named twice.
    """
    other = [name for name in labels.classes if name not in classes]
    if other or len(set(classes)) < len(classes):
        message = _(
            "data.classes: {given} must name each class once, also {missing} of {source}; set it to [] for the classes "
            "that are there."
        )
        missing = ", ".join(other) or _("none")
        raise DataError(message.format(given=", ".join(classes), missing=missing, source=source))
    position = np.array([classes.index(name) for name in labels.classes], np.int64)
    values = dict(zip(labels.classes, labels.values, strict=True))
    if labels.indices.ndim == 2:
        indices = np.zeros((len(labels.indices), len(classes)), bool)
        indices[:, position] = labels.indices
    else:
        indices = np.where(labels.indices < 0, -1, position[labels.indices])
    return IndexedLabels(indices, tuple(classes), tuple(values.get(name, name) for name in classes))


def _plain(value: Hashable) -> Hashable:
    """Python's own numbers and texts in place of NumPy's; whole floats become integers."""
    value = value.item() if isinstance(value, np.generic) else value
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _absent(value: Hashable) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))


def _sorted(values: Iterable[Hashable]) -> list[Hashable]:
    values = list(values)
    if all(isinstance(v, str) and _WHOLE.fullmatch(v) for v in values):
        return sorted(values, key=lambda v: (int(str(v)), str(v)))
    return sorted(values, key=_order)


def _order(value: Hashable) -> tuple[int, float, str]:
    if isinstance(value, (bool, int, float)):
        return 0, value, ""
    return (1, 0.0, value) if isinstance(value, str) else (2, 0.0, repr(value))


def _printed(values: tuple[Hashable, ...], names: Mapping[Hashable, str]) -> tuple[str, ...]:
    """Distinct names: where two values look the same (1 and "1"), as Python writes them."""
    texts = [names.get(value, str(value)) for value in values]
    count = Counter(texts)
    return tuple(text if count[text] == 1 else repr(value) for text, value in zip(texts, values, strict=True))
