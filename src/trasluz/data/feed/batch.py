"""A batch: what one step sees, already on the device and prepared as networks want it."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True)
class Batch:
    """``n`` prepared samples.

    ``inputs``: float ``[n, channels, height, width]`` (or ``[n, features]``, ``[n, steps, features]``), after
    augmentation and normalisation.  ``targets``: the same shape, what a reconstruction is compared with: images in
    [0, 1] (``Preprocess.to_unit``), augmented alike, and for other kinds the inputs.  ``labels``: int64 ``[n]``;
    float ``[n, classes]`` for several labels per image or mixed labels (mixup); ``None`` without labels.
    ``weights``: float ``[n]``.
    ``lengths``, ``domain``: int64 ``[n]``.  ``rows``: int64 ``[n]``, row numbers into the data.
    """

    inputs: Tensor
    targets: Tensor
    rows: Tensor
    labels: Tensor | None = None
    weights: Tensor | None = None
    lengths: Tensor | None = None
    domain: Tensor | None = None

    def __len__(self) -> int:
        return len(self.inputs)
