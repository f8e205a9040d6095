"""Raw: what a source hands over before decoding, label mapping, splitting and audit."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from trasluz.data.data import Kind

Loader = Callable[[], bytes]


class Files(Protocol):
    """Image files that can be read in order: a folder, an archive, or a list of paths."""

    @property
    def names(self) -> tuple[str, ...]:
        """How the files are called in lists and pages."""

    @property
    def stamp(self) -> str:
        """Changes when any file does: names, sizes and times, or those of the archive."""

    def loaders(self) -> Iterator[tuple[int, Loader]]:
        """Each file's position and a function that reads it, in an order that is quick to read."""


@dataclass(frozen=True)
class Raw:
    """Samples with what the source says of them.

    ``samples`` are an array (images ``[n, h, w, c]``) or files still to be decoded.  ``labels``: one hashable per
    sample (``None``: no label), or a tuple of them per sample when ``multi_label``; ``classes`` fixes their order.
    ``splits``: rows per split as the source gives them.  ``ignored``: files that are no images, counted by ending.
    """

    name: str
    samples: np.ndarray | Files
    kind: Kind = "image"
    labels: Sequence[Hashable] | None = None
    classes: tuple[Hashable, ...] = ()
    multi_label: bool = False
    splits: Mapping[str, np.ndarray] = field(default_factory=dict)
    value_range: tuple[float, float] = (0.0, 255.0)
    weights: np.ndarray | None = None
    ignored: Mapping[str, int] = field(default_factory=dict)
    in_memory: bool = False
