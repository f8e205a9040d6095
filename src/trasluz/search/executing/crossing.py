"""What crosses from one process to another: data, of which the samples are mapped once; orders; and trained models.

Samples lie in one file that all processes map, so that they are in memory once, however many train on them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from trasluz.data.data import Data
from trasluz.data.feed.preprocess import Preprocess
from trasluz.families import base as families
from trasluz.model.model import Model
from trasluz.networks.layout import lay_plain
from trasluz.recipe import Recipe
from trasluz.training.store import Store


@dataclass(frozen=True)
class Samples:
    """Where an array lies in a file."""

    file: str
    dtype: str
    shape: tuple[int, ...]
    offset: int

    def open(self, on_disk: bool) -> np.ndarray:
        """The array: of data that were mapped from a disk so again, else as if it lay in memory."""
        # Copied on write, because PyTorch warns of arrays that nobody may write, though nobody does.
        found = np.memmap(self.file, np.dtype(self.dtype), "c", self.offset, self.shape)
        return found if on_disk else np.asarray(found)


@dataclass(frozen=True)
class Crossing:
    """Several data of the same or other samples: each without its samples, and the number of these in ``samples``."""

    data: tuple[tuple[Data, int, bool], ...]
    samples: tuple[Samples, ...]

    @staticmethod
    def of(data: Sequence[Data], folder: Path) -> Crossing:
        """Of these ``data``; samples that lie in memory are written to ``folder``."""
        arrays = list({id(own.samples): own.samples for own in data}.values())
        number = {id(array): i for i, array in enumerate(arrays)}
        kept = [_written(array, folder / f"samples{i}.bin") for i, array in enumerate(arrays)]
        bare = [dataclasses.replace(own, samples=own.samples[:0]) for own in data]
        return Crossing(
            tuple(
                (b, number[id(d.samples)], isinstance(d.samples, np.memmap)) for b, d in zip(bare, data, strict=True)
            ),
            tuple(kept),
        )

    def open(self) -> list[Data]:
        """The data, in their order; those of the same samples share them."""
        known: dict[tuple[int, bool], np.ndarray] = {}
        found = []
        for bare, number, on_disk in self.data:
            samples = known.setdefault((number, on_disk), self.samples[number].open(on_disk))
            found.append(dataclasses.replace(bare, samples=samples))
        return found


def _written(array: np.ndarray, file: Path) -> Samples:
    # A part of a mapped array does not say where in the file it begins.
    if isinstance(array, np.memmap) and array.filename and not isinstance(array.base, np.memmap):
        return Samples(str(array.filename), array.dtype.str, array.shape, array.offset)
    np.ascontiguousarray(array).tofile(file)
    return Samples(str(file), array.dtype.str, array.shape, 0)


@dataclass(frozen=True)
class Trained:
    """A model without what cannot cross: its weights ``[…]`` by name, and how it prepares samples."""

    weights: dict[str, np.ndarray]
    preprocess: Preprocess
    layout: str

    @staticmethod
    def of(model: Model) -> Trained:
        """Of a model that was trained here."""
        weights = {name: values.cpu().numpy() for name, values in model.networks.state_dict().items()}
        return Trained(weights, model.preprocess, model.layout)

    def model(self, recipe: Recipe, data: Data) -> Model:
        """The model again, of the ``recipe`` and ``data`` that it was trained with."""
        import torch

        family = families.create(recipe.model, data.spec)
        networks = family.build()
        networks.load_state_dict({name: torch.from_numpy(values) for name, values in self.weights.items()})
        if self.layout == "contiguous":
            lay_plain(networks)
        return Model(family, networks, self.preprocess, data.spec)


@dataclass(frozen=True)
class Setting:
    """What a worker is told first: which data there are, whose code recipes may name, from which folders nothing is
    imported, and the language."""

    crossing: Crossing
    allowed: frozenset[str]
    closed: tuple[Path, ...]
    language: str


@dataclass(frozen=True)
class Order:
    """One training: its recipe, the number of its data, what makes its store, and whether it leaves a film."""

    recipe: Recipe
    data: int
    make_store: Callable[[], Store]
    filmed: bool = False


@dataclass(frozen=True)
class Reply:
    """What came of it, and the seconds that it took; ``outcome`` is an error where it failed."""

    outcome: Trained | Exception
    seconds: float
