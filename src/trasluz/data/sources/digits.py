"""``digits``: 1,797 handwritten digits of 8×8 pixels in 17 shades, embedded in scikit-learn (UCI)."""

from __future__ import annotations

import numpy as np

from trasluz.data.read.raw import Raw
from trasluz.recipe import DataSection
from trasluz.reporting import Reporter

NAME = "digits"


def open_named(section: DataSection, reporter: Reporter) -> Raw:
    """Uint8 ``[1797, 8, 8, 1]`` from 0 to 16, labels 0 to 9, no given split."""
    from sklearn.datasets import load_digits

    found = load_digits()
    samples = found.images.astype(np.uint8)[..., None]
    return Raw(NAME, samples, found.target.tolist(), value_range=(0.0, 16.0))
