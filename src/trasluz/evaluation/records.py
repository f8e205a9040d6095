"""Records: what evaluation keeps of each sample, and the best and worst reconstructions seen on the way.

Reconstructions themselves are not kept: their errors are, and the images of the few that people will look at.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from torch import Tensor

from trasluz.data.feed.batch import Batch
from trasluz.families.base import Keep
from trasluz.metrics.reconstruction import per_sample, to_uint8
from trasluz.metrics.ssim import ssim, ssim_window

_SHOWN = 12  # of the best, and as many of the worst


@dataclass(frozen=True)
class Shown:
    """A reconstruction to show: error, position among the evaluated samples, both images uint8 ``[h, w, c]``."""

    error: float
    position: int
    original: np.ndarray
    reconstruction: np.ndarray


@dataclass(frozen=True)
class CodeSize:
    """How large a sample's code is: so many real ``numbers``, or, of one chosen from a finite set, so many ``bits``."""

    numbers: int = 0
    bits: float | None = None

    def in_values(self, width: int) -> int:
        """Its numbers, or how many values of ``width`` bits hold its bits."""
        return self.numbers if self.bits is None else math.ceil(self.bits / width)


class Records:
    """A ``Collector`` for a whole evaluation; ``begin`` announces each batch."""

    def __init__(self) -> None:
        self.code_size: CodeSize | None = None
        self.shown: list[Shown] = []
        self.images: dict[str, np.ndarray] = {}
        self._parts: dict[str, list[np.ndarray]] = {}
        self._batch: Batch | None = None
        self._start = 0

    def begin(self, batch: Batch, start: int) -> None:
        """The samples of ``batch`` come next; the first is at position ``start``."""
        self._batch, self._start = batch, start

    def add(self, name: str, values: Tensor, keep: Keep = "measured") -> None:
        """Keeps what it is told to; else measures a ``reconstruction``, counts a ``code`` and ignores the rest.

        A code of numbers is counted by ``code``; one that is chosen from a finite set by ``code_bits``, ``[n]``.

        Of what are no images in [0, 1] only the squared error is measured.
        """
        if keep == "numbers":
            self._keep(name, values.float())
        elif keep == "first images":
            self._keep_images(name, values)
        elif name == "reconstruction":
            self._measure(values)
        elif name == "code":
            self.code_size = CodeSize(values.shape[1:].numel())
        elif name == "code_bits":
            self.code_size = CodeSize(bits=float(values.max()))

    def arrays(self) -> dict[str, np.ndarray]:
        """Float32 records, one row per sample in the order of evaluation."""
        return {name: np.concatenate(parts) for name, parts in self._parts.items()}

    def _keep(self, name: str, values: Tensor) -> None:
        self._parts.setdefault(name, []).append(values.cpu().numpy())

    def _keep_images(self, name: str, images: Tensor) -> None:
        """The first ones, for pages; of tables and sequences there are none."""
        if self._start == 0 and images.ndim == 4:
            self.images[name] = to_uint8(images[:_SHOWN])

    def _measure(self, reconstruction: Tensor) -> None:
        assert self._batch is not None, "begin() announces a batch before its records"
        target = self._batch.targets
        found = per_sample(reconstruction, target, self._batch.lengths)
        self._keep("error", found["error"])
        if target.ndim == 4:
            self._keep("rounded", found["rounded"])
            if ssim_window(target.shape[2], target.shape[3]) is not None:
                self._keep("ssim", ssim(reconstruction, target))
            self._show(reconstruction, target)

    def _show(self, reconstruction: Tensor, target: Tensor) -> None:
        errors = self._parts["error"][-1]
        order = np.argsort(errors, kind="stable")
        chosen = np.unique(np.concatenate([order[:_SHOWN], order[-_SHOWN:]]))
        originals, images = to_uint8(target[chosen]), to_uint8(reconstruction[chosen])
        found = [Shown(float(errors[i]), self._start + int(i), originals[k], images[k]) for k, i in enumerate(chosen)]
        ranked = sorted([*self.shown, *found], key=lambda s: (s.error, s.position))
        self.shown = ranked if len(ranked) <= 2 * _SHOWN else ranked[:_SHOWN] + ranked[-_SHOWN:]
