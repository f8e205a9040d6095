"""Data: samples with optional labels, split into train / valid / test, with a fingerprint.

One array holds all samples (in memory or mapped from disk); a split is an array of row numbers into it.  Made
from arrays in memory as easily as from a folder; nothing here needs a run.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import numpy as np

from trasluz.data.read.table_columns import Column
from trasluz.data.split.basis import Basis

Kind = Literal["image", "table", "sequence"]


@dataclass(frozen=True)
class DataSpec:
    """What a family needs to know of data to build its networks.

    ``shape`` of one sample as networks see it: ``(channels, height, width)`` for images, ``(features,)`` for
    tables, ``(steps, features)`` for sequences (``steps`` is the longest).  ``classes`` are the labels' names,
    empty without labels.  ``domains`` are the names of the domains for translation, empty when there is one.
    """

    kind: Kind
    shape: tuple[int, ...]
    classes: tuple[str, ...] = ()
    multi_label: bool = False
    domains: tuple[str, ...] = ()


@dataclass(frozen=True)
class Data:
    """Samples, labels and splits.

    ``samples``: uint8, uint16 or float images ``[n, height, width, channels]``, float tables ``[n, features]`` (NaN: no
    value) whose ``columns`` say what each number is,
    or float sequences ``[n, steps, features]`` with their ``lengths``.  ``value_range`` is the range that the
    stored numbers can take: (0, 255) for uint8.  ``labels``: int64 ``[n]`` of indices into ``classes`` (−1: no
    label), or bool ``[n, classes]`` when ``multi_label``.  ``label_values`` are the original labels, of any
    hashable kind, in the order of ``classes`` (their printed names).  ``files`` names each row's origin.
    ``file_range`` and ``range_given``: as ``Preprocess`` has them.
    ``groups``: int64 ``[n]``, rows of equal numbers belong together (a patient's, a video's), where anybody said so.
    ``identities``: int64 ``[n]``, a number per row that its content gives, by which it is known again in other data;
    ``None`` where nobody counted them.
    ``basis``: what the splits were made from, where a recipe's fields made them; ``own_range``: whether ``value_range``
    is what the training samples span.
    """

    name: str
    kind: Kind
    samples: np.ndarray
    splits: Mapping[str, np.ndarray]
    value_range: tuple[float, float] = (0.0, 255.0)
    labels: np.ndarray | None = None
    classes: tuple[str, ...] = ()
    label_values: tuple[Hashable, ...] = ()
    lengths: np.ndarray | None = None
    weights: np.ndarray | None = None
    domain: np.ndarray | None = None
    domains: tuple[str, ...] = ()
    files: tuple[str, ...] | None = None
    groups: np.ndarray | None = None
    columns: tuple[Column, ...] = ()
    file_range: tuple[float, float] | None = None
    range_given: bool = False
    fingerprint: str = ""
    identities: np.ndarray | None = None
    basis: Basis | None = None
    own_range: bool = False
    audit: Mapping[str, Any] = field(default_factory=dict)

    @property
    def multi_label(self) -> bool:
        """Whether a sample can have several labels."""
        return self.labels is not None and self.labels.ndim == 2

    @cached_property
    def features(self) -> tuple[str, ...]:
        """The names of a table's features; empty for other kinds."""
        return tuple(name for column in self.columns for name in column.features)

    @property
    def spec(self) -> DataSpec:
        """What families are built from."""
        shape = self.samples.shape[1:]
        if self.kind == "image":
            shape = (shape[2], shape[0], shape[1])
        return DataSpec(self.kind, tuple(int(s) for s in shape), self.classes, self.multi_label, self.domains)

    def split(self, name: str) -> np.ndarray:
        """Row numbers of a split, int64; empty when there is no such split."""
        return self.splits.get(name, np.empty(0, np.int64))
