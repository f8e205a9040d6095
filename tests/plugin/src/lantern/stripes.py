"""A data source: 8×8 images of lying and of standing stripes, with noise."""

from __future__ import annotations

import numpy as np

from trasluz.data.read.raw import Raw
from trasluz.recipe import DataSection
from trasluz.reporting import Reporter


def open_named(section: DataSection, reporter: Reporter) -> Raw:
    """Uint8 ``[120, 8, 8, 1]``, half of each class."""
    noise = np.random.default_rng(0)
    rows = np.indices((8, 8))[0] % 2
    images = np.stack([rows if number % 2 else rows.T for number in range(120)]) * 200
    samples = (images + noise.integers(0, 40, images.shape)).astype(np.uint8)[..., None]
    return Raw("stripes", samples, ["lying" if number % 2 else "standing" for number in range(120)])
