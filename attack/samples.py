"""A few new samples of each kind for verbs that want some: images of digits, rows of iris, sequences of rows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image


def write_samples(folder: Path, kind: str) -> None:
    """Writes into the new folder ``folder`` what runs of ``kind`` (``image``, ``table``, ``points``) can be given."""
    folder.mkdir()
    if kind == "image":
        shades = np.random.default_rng(0).integers(0, 256, (2, 8, 8), dtype=np.uint8)
        for number, pixels in enumerate(shades):
            Image.fromarray(pixels).save(folder / f"{number}.png")
    else:
        names = ["sepal length (cm)", "sepal width (cm)", "petal length (cm)", "petal width (cm)"]
        columns = names if kind == "table" else ["x", "y"]
        row = ",".join("1.5" for _name in columns)
        (folder / "rows.csv").write_text("\n".join([",".join(columns), row, row]) + "\n", encoding="utf-8")
