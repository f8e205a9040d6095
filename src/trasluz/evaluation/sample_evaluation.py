"""What a generator's samples are worth, beside real images: the numbers, and the images behind them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import numpy as np

from trasluz.evaluation.shown import ShownInNotebooks
from trasluz.files import new_folder
from trasluz.messages import kept
from trasluz.reading import write_sealed

FOLDER = "judged-samples"
MODEL = "model"  # of the stored fields, the one that says which weights made the samples


@dataclass(frozen=True)
class SampleEvaluation(ShownInNotebooks):
    """Samples of a run, judged over the ``features`` (how many numbers) of the run ``classifier``.

    ``split``: the held-out images that they are compared with, ``held_out`` of them, and ``train`` training images.
    ``count`` samples were made from ``seed`` and ``source``; ``same_data``: whether the classifier was trained on the
    generator's data.  ``metrics``: ``fid``, ``kid``, ``precision``, ``recall``, ``density``, ``coverage``,
    ``nearest`` (median distance to the nearest training image), ``copies_share``, ``smallest_share`` (of a class) and
    ``entropy`` (of the classes, 0 to 1).  ``real`` is the same for real images: training images in place of the
    samples, and for the last four the held-out images.  ``intervals`` and ``real_intervals``: 95 % intervals of either,
    by the same names.  ``shares`` and ``real_shares`` are those of the ``classes``.

    ``arrays``: per sample ``predicted`` (class), ``distances`` to its nearest training image and that image's row,
    ``neighbours``.  ``examples``: uint8 ``[m, h, w, c]``: ``images``, the first samples; ``closest``, those nearest to
    a training image, with ``positions`` int64 ``[m]`` among the samples; ``neighbours``, the training images beside.
    """

    shown_by: ClassVar[str] = "trasluz.draw.notebook:samples_shown"

    split: str
    classifier: str
    same_data: bool
    count: int
    held_out: int
    train: int
    features: int
    seed: int
    source: str
    metrics: dict[str, float]
    intervals: dict[str, tuple[float, float]]
    real: dict[str, float]
    classes: tuple[str, ...]
    shares: tuple[float, ...]
    real_shares: tuple[float, ...]
    notes: tuple[str, ...] = ()
    real_intervals: dict[str, tuple[float, float]] = field(default_factory=dict)
    arrays: dict[str, np.ndarray] = field(default_factory=dict)
    examples: dict[str, np.ndarray] = field(default_factory=dict)

    def summary(self) -> dict[str, object]:
        """All but the arrays and examples, as plain values."""
        return {name: value for name, value in vars(self).items() if name not in ("arrays", "examples")}

    def save(self, looks: Path, model: str | None = None) -> Path:
        """Writes ``looks/judged-samples/`` atomically and returns it; ``model`` is the digest of the weights."""
        target = looks / FOLDER
        with new_folder(target) as folder:
            np.savez_compressed(folder / "arrays.npz", **self.arrays)  # type: ignore[arg-type]  # numpy's stub mistakes names for flags
            np.savez_compressed(folder / "examples.npz", **self.examples)  # type: ignore[arg-type]  # the same
            notes = [kept(note) for note in self.notes]
            write_sealed(folder / "samples.json", {**self.summary(), "notes": notes, MODEL: model})
        return target
