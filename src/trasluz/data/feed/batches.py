"""Batches: one index operation for one or several of them, no workers; augmentation and normalisation on the device.

Data that fit stay where they are (memory, or the device when it has room); data mapped from disk are gathered by
one thread ahead, so that the next batch is read while the current one trains.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import interpolate

from trasluz.data.data import Data
from trasluz.data.feed.arrange import arrange
from trasluz.data.feed.augment import Augment, mixup
from trasluz.data.feed.balance import balanced_order
from trasluz.data.feed.batch import Batch
from trasluz.data.feed.gather import Gathered, Gatherer
from trasluz.data.feed.preprocess import Preprocess
from trasluz.recipe import DataSection
from trasluz.rng import Rng, StepRng

_AHEAD = 2  # groups asked for while one trains: one that is ready, and one being read


@dataclass(frozen=True)
class Process:
    """Which process this is: its rank, and how many share a batch."""

    rank: int = 0
    world: int = 1


@dataclass(frozen=True)
class Smaller:
    """Images of ``size`` (height, width) in the first ``epochs`` epochs."""

    size: tuple[int, int]
    epochs: int


class TrainBatches:
    """The training batches of a run, any epoch and step of which can be asked for.

    ``batch`` counts the samples of all processes together.  ``steps_per_epoch`` longer than the data goes on with
    a new order; shorter leaves out the rest of the order.  The last batch of an epoch may be smaller.
    """

    def __init__(
        self,
        data: Data,
        preprocess: Preprocess,
        section: DataSection,
        rng: Rng,
        batch: int,
        device: torch.device,
        steps_per_epoch: int | None = None,
        smaller: Smaller | None = None,
        process: Process = Process(),
        channels_last: bool = True,
    ) -> None:
        self.rows = data.split("train")
        # An epoch that is one pass has no batch larger than itself; one of counted steps goes on with the next pass.
        self.batch_size = min(batch, len(self.rows)) if steps_per_epoch is None else batch
        self._wanted = len(self.rows) if steps_per_epoch is None else steps_per_epoch * batch
        self.steps = steps_per_epoch or math.ceil(len(self.rows) / self.batch_size)
        self._data = data
        self._preprocess = preprocess
        self._section = section
        self._rng = rng
        self._device = device
        self._process = process
        self._channels_last = channels_last
        self._smaller = smaller if data.kind == "image" else None
        self._gather = Gatherer(data, device)
        self._augment = Augment(section.augment) if data.kind == "image" and section.augment.active else None

    @property
    def samples_per_epoch(self) -> int:
        """Samples that one epoch shows, over all processes."""
        return self._wanted

    def order(self, epoch: int) -> np.ndarray:
        """Row numbers in the order of one epoch."""
        passes = math.ceil(self._wanted / len(self.rows))
        return np.concatenate([self._one_pass(epoch, i) for i in range(passes)])[: self._wanted]

    @property
    def whole(self) -> bool:
        """Whether a step sees all training samples, each of them once: then their order would change nothing."""
        counted = self._wanted != len(self.rows)
        return not counted and self.batch_size == len(self.rows) and self._section.balance != "sampling"

    @property
    def fixed(self) -> bool:
        """Whether a sample looks alike in every epoch, to whoever draws."""
        return self._augment is None and self._smaller is None and not self._section.augment.mixup

    def _one_pass(self, epoch: int, number: int) -> np.ndarray:
        if self.whole:  # in their own order, so that networks that train side by side see one batch
            own: np.ndarray = self.rows
            return own
        # The first pass is that of an epoch without counted steps.
        rng = self._rng if number == 0 else self._rng.child("pass", number)
        if self._section.balance == "sampling" and self._data.labels is not None:
            chosen = balanced_order(self._data.labels[self.rows], rng, epoch, len(self.rows))
            balanced: np.ndarray = self.rows[chosen]
            return balanced
        shuffled: np.ndarray = self.rows[rng.permutation("order", epoch, len(self.rows)).numpy()]
        return shuffled

    def with_draws(self, rng: Rng) -> TrainBatches:
        """Batches of the same data, drawn by ``rng``; what lies on the device is shared."""
        other = copy.copy(self)
        other._rng = rng
        return other

    def gather(self, rows: np.ndarray) -> Gathered:
        """What the data hold of ``rows``, on the device."""
        return self._gather(rows)

    def epoch(self, epoch: int, first_step: int = 0) -> Iterator[tuple[Batch, StepRng, float]]:
        """Batches of one epoch from ``first_step`` on, each with its draws and this process's weight in the mean.

        The weight is this process's share of the batch times the number of processes: 1 for even shares.
        """
        order = self.order(epoch)
        slices = [self._slice(step, len(order)) for step in range(first_step, self.steps)]
        at_once = self._gather.steps_at_once(self.batch_size)
        groups = [slices[i : i + at_once] for i in range(0, len(slices), at_once)]
        step = first_step
        for group, found in zip(groups, self._gathered(groups, order), strict=True):
            sizes = [len(positions) for positions, _weight in group]
            # One copy to the device for the whole group, of which each step gets a view.
            positions = torch.from_numpy(np.concatenate([p for p, _weight in group])).to(self._device)
            for (_p, weight), own, part in zip(group, torch.split(positions, sizes), found.split(sizes), strict=True):
                rng = self._rng.at(epoch, step, own, self._process.rank)
                yield self.prepare(part, [rng]), rng, weight
                step += 1

    def _gathered(self, groups: list[list[tuple[np.ndarray, float]]], order: np.ndarray) -> Iterator[Gathered]:
        """What the data hold of each group of steps; from a disk read by one thread ahead."""
        rows = [order[np.concatenate([positions for positions, _weight in group])] for group in groups]
        if not self._gather.on_disk:
            yield from map(self._gather, rows)
            return
        with ThreadPoolExecutor(1) as pool:
            ahead = [pool.submit(self._gather, part) for part in rows[:_AHEAD]]
            for i in range(len(rows)):
                found = ahead.pop(0).result()
                if i + _AHEAD < len(rows):
                    ahead.append(pool.submit(self._gather, rows[i + _AHEAD]))
                yield found

    def _slice(self, step: int, count: int) -> tuple[np.ndarray, float]:
        """This process's positions of a step; a process without any takes one sample with weight 0."""
        start = step * self.batch_size
        whole = np.arange(start, min(start + self.batch_size, count))
        # Shares differ by one sample at most, whatever the number of processes.
        own = np.array_split(whole, self._process.world)[self._process.rank]
        if len(own) == 0:
            return whole[:1], 0.0  # it has to take part in averaging gradients, for which the others wait
        # Gradients are averaged over processes as if shares were even: this makes it the mean over samples again.
        return own, len(own) * self._process.world / len(whole)

    def prepare(self, stored: Gathered, rngs: Sequence[StepRng]) -> Batch:
        """The batch of stored samples: an equal part of them, one after the other, for each of ``rngs``."""
        pixels = self._preprocess.to_pixels(stored.samples)
        if self._smaller is not None and rngs[0].epoch < self._smaller.epochs:
            # Before augmentation, which then has fewer pixels to work on.
            pixels = interpolate(pixels, self._smaller.size, mode="bilinear", antialias=True)
        if self._augment is not None:
            pixels = _of_each(self._augment, pixels, rngs)
        if self._data.kind == "image":
            pixels = arrange(pixels, self._channels_last)
        labels = stored.labels
        if self._section.augment.mixup and labels is not None:
            # Mixed labels are shares of classes, so numbers of classes have to become vectors.
            soft = labels if labels.ndim == 2 else torch.nn.functional.one_hot(labels, len(self._data.classes)).float()
            pixels, labels = self._mixed(pixels, soft, rngs)
        return _batch(stored, self._preprocess, pixels, labels)

    def _mixed(self, pixels: Tensor, labels: Tensor, rngs: Sequence[StepRng]) -> tuple[Tensor, Tensor]:
        parts = zip(pixels.chunk(len(rngs)), labels.chunk(len(rngs)), rngs, strict=True)
        found = [mixup((images,), own, rng, self._section.augment.mixup) for images, own, rng in parts]
        if len(found) == 1:
            return found[0][0][0], found[0][1]
        return torch.cat([images for (images,), _labels in found]), torch.cat([own for _images, own in found])


def _of_each(change: Callable[[Tensor, StepRng], Tensor], pixels: Tensor, rngs: Sequence[StepRng]) -> Tensor:
    """Each part of ``pixels`` changed by its own draws."""
    if len(rngs) == 1:
        return change(pixels, rngs[0])
    return torch.cat([change(part, rng) for part, rng in zip(pixels.chunk(len(rngs)), rngs, strict=True)])


def evaluation_batches(
    data: Data, rows: np.ndarray, batch: int, preprocess: Preprocess, device: torch.device
) -> Iterator[tuple[Batch, StepRng]]:
    """``rows`` in order, never augmented, with draws that depend on nothing but the position."""
    gather = Gatherer(data, device)
    rng = Rng(0)
    for step, start in enumerate(range(0, len(rows), batch)):
        part = gather(rows[start : start + batch])
        pixels = preprocess.to_pixels(part.samples)
        if data.kind == "image":
            pixels = arrange(pixels, device.type != "mps")
        positions = torch.arange(start, start + len(part.rows), device=device)
        yield _batch(part, preprocess, pixels, part.labels), rng.at(0, step, positions)


def _batch(stored: Gathered, preprocess: Preprocess, pixels: Tensor, labels: Tensor | None) -> Batch:
    """Of images the targets are in [0, 1], of other data what the network sees."""
    inputs = preprocess.normalise(pixels)
    return stored.batch(inputs, pixels if preprocess.kind == "image" else inputs, labels)
