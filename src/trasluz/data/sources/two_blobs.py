"""``two-blobs``: 100 points of two classes in the unit square that a straight line separates, with room to spare.

The same points on every machine: drawn from NumPy's legacy generator, whose numbers never change.
"""

from __future__ import annotations

import numpy as np

from trasluz.data.read.raw import Raw
from trasluz.data.read.table_columns import Column
from trasluz.recipe import DataSection
from trasluz.reporting import Reporter

NAME = "two-blobs"
_POINTS, _SEED, _SPREAD = 100, 42, 0.11
_CENTRES = np.array([[0.3, 0.35], [0.7, 0.65]])
_GAP = 0.08


def open_named(section: DataSection, reporter: Reporter) -> Raw:
    """Float64 ``[100, 2]`` in [0, 1], labels 0 and 1 in random order, no given split.

    Every point is at least 0.04 on its class's side of the line halfway between the two centres.
    """
    random = np.random.RandomState(_SEED)
    across = (_CENTRES[1] - _CENTRES[0]) / np.linalg.norm(_CENTRES[1] - _CENTRES[0])
    labels: list[int] = []
    points: list[np.ndarray] = []
    while len(points) < _POINTS:
        label = int(random.rand() < 0.5)
        point = _CENTRES[label] + _SPREAD * random.randn(2)
        side = (point - _CENTRES.mean(0)) @ across * (1 if label else -1)
        if side >= _GAP / 2 and point.min() >= 0 and point.max() <= 1:
            labels.append(label)
            points.append(point)
    columns = (Column(name="x1"), Column(name="x2"))
    return Raw(NAME, np.array(points), labels, kind="table", value_range=None, columns=columns)
