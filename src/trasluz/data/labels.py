"""Labels of any hashable kind as indices into a list of classes, in an order that does not depend on the machine."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np


def map_labels(
    labels: Sequence[Any], multi_label: bool, classes: Sequence[Hashable] = ()
) -> tuple[np.ndarray, tuple[Hashable, ...]]:
    """Int64 ``[n]`` indices (−1 where there is no label), or bool ``[n, k]`` with several per sample; and the classes.

    ``classes`` fixes their order; otherwise numbers (also numbers in words) come in order of size, before words in
    alphabetical order.
    """
    each = [label for several in labels for label in several] if multi_label else [v for v in labels if v is not None]
    order = tuple(classes) or tuple(sorted(set(each), key=_key))
    position = {value: i for i, value in enumerate(order)}
    if multi_label:
        wide = np.zeros((len(labels), len(order)), bool)
        for row, several in enumerate(labels):
            wide[row, [position[label] for label in several]] = True
        return wide, order
    return np.array([-1 if v is None else position[v] for v in labels], np.int64), order


def _key(value: Any) -> tuple[int, float, str]:
    try:
        return (0, float(value), str(value))
    except (TypeError, ValueError):
        return (1, 0.0, str(value))
