"""Gathers rows of the data as tensors on the device: one index operation for as many steps as fit into a cache.

A step of small samples is quicker computed than its rows are gathered one by one: so the rows of several steps come
together, and each step gets views of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields

import numpy as np
import torch
from torch import Tensor

from trasluz.data.data import Data
from trasluz.data.feed.batch import Batch

_DEVICE_SHARE = 0.25  # of the free device memory that the samples may take
_AT_ONCE = 2**20  # bytes of stored samples, about a core's second cache


@dataclass(frozen=True)
class Gathered:
    """``n`` stored samples and what belongs to them, on the device, as ``Batch`` has it; ``rows`` int64 ``[n]``."""

    samples: Tensor
    rows: Tensor
    labels: Tensor | None
    weights: Tensor | None
    lengths: Tensor | None
    domain: Tensor | None

    def split(self, sizes: list[int]) -> Iterator[Gathered]:
        """Views of consecutive parts of ``sizes`` samples each."""
        # What the data do not have is None in every part.
        columns = [getattr(self, field.name) for field in fields(self)]
        parts = [[None] * len(sizes) if column is None else torch.split(column, sizes) for column in columns]
        return (Gathered(*part) for part in zip(*parts, strict=True))

    def batch(self, inputs: Tensor, targets: Tensor, labels: Tensor | None) -> Batch:
        """The batch of these samples, prepared."""
        return Batch(inputs, targets, self.rows, labels, self.weights, self.lengths, self.domain)


class Gatherer:
    """Rows of the data as tensors on the device."""

    def __init__(self, data: Data, device: torch.device) -> None:
        self.data = data
        self.device = device
        self.resident = self._upload() if device.type == "cuda" else None
        self.labels = None if data.labels is None else torch.from_numpy(np.ascontiguousarray(data.labels)).to(device)

    def _upload(self) -> Tensor | None:
        free, _ = torch.cuda.mem_get_info(self.device)
        if self.data.samples.nbytes > _DEVICE_SHARE * free:
            return None
        return torch.from_numpy(np.ascontiguousarray(self.data.samples)).to(self.device)

    @property
    def on_disk(self) -> bool:
        """Whether reading a batch can wait for a disk."""
        return self.resident is None and isinstance(self.data.samples, np.memmap)

    def steps_at_once(self, batch: int) -> int:
        """How many steps of ``batch`` samples are gathered together; of what lies on a disk one."""
        if self.on_disk:
            return 1  # one thread reads ahead; with several steps together, the first would wait for all of them
        one = self.data.samples.nbytes // max(len(self.data.samples), 1)
        return max(_AT_ONCE // max(one * batch, 1), 1)

    def __call__(self, rows: np.ndarray) -> Gathered:
        """What the data hold of ``rows``."""
        on_device = torch.from_numpy(np.ascontiguousarray(rows)).to(self.device)
        return Gathered(
            samples=self._samples(rows, on_device),
            rows=on_device,
            labels=self._labels(on_device),
            weights=self._extra(self.data.weights, rows),
            lengths=self._extra(self.data.lengths, rows),
            domain=self._extra(self.data.domain, rows),
        )

    def _samples(self, rows: np.ndarray, on_device: Tensor) -> Tensor:
        if self.resident is not None:
            return _rows_of(self.resident, on_device)
        part = torch.from_numpy(np.ascontiguousarray(self.data.samples[rows]))
        if self.device.type == "cuda":
            # Only out of pinned memory does the copy go on while the device computes.
            return part.pin_memory().to(self.device, non_blocking=True)
        return part.to(self.device)

    def _extra(self, values: np.ndarray | None, rows: np.ndarray) -> Tensor | None:
        """Per-sample numbers such as weights or lengths."""
        return None if values is None else torch.from_numpy(values[rows]).to(self.device)

    def _labels(self, on_device: Tensor) -> Tensor | None:
        """Int64 ``[n]``, or float ``[n, classes]`` with several labels per sample."""
        if self.labels is None:
            return None
        labels = self.labels[on_device]
        return labels.float() if labels.dtype == torch.bool else labels


def _rows_of(samples: Tensor, rows: Tensor) -> Tensor:
    """16-bit numbers are moved as signed ones: PyTorch indexes few unsigned types on every device."""
    if samples.dtype == torch.uint16:
        return samples.view(torch.int16)[rows].view(torch.uint16)
    return samples[rows]
