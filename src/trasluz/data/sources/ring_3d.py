"""``ring-3d``: 60 noisy points around an ellipse that lies askew in space; two directions tell nearly all of them.

The same points on every machine: drawn from NumPy's legacy generator, whose numbers never change, with the seed and
in the order of Géron's *Hands-On Machine Learning* (3rd edition, chapter 17), where autoencoders are compared with PCA.
"""

from __future__ import annotations

import numpy as np

from trasluz.data.read.raw import Raw
from trasluz.data.read.table_columns import Column
from trasluz.recipe import DataSection
from trasluz.reporting import Reporter

NAME = "ring-3d"
_POINTS, _SEED, _NOISE = 60, 42, 0.28


def open_named(section: DataSection, reporter: Reporter) -> Raw:
    """Float64 ``[60, 3]``, no labels, no given split."""
    from scipy.spatial.transform import Rotation

    random = np.random.RandomState(_SEED)
    angles = (random.rand(_POINTS) ** 3 + 0.5) * 2 * np.pi
    ellipse = np.stack([np.cos(angles), np.sin(angles) / 2, np.zeros(_POINTS)], axis=1)
    noisy = ellipse + _NOISE * random.randn(_POINTS, 3)
    turned = Rotation.from_rotvec([np.pi / 29, -np.pi / 20, np.pi / 4]).apply(noisy)
    columns = tuple(Column(name=name) for name in "xyz")
    return Raw(NAME, turned + np.array([0.2, 0, 0.2]), kind="table", value_range=None, columns=columns)
