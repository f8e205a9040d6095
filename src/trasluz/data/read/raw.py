"""What a source gives: samples as arrays (``Raw``), or image files that are still to be decoded (``ImageFiles``)."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from trasluz.data.data import Kind
from trasluz.data.read.decode import Content
from trasluz.data.read.deep import Depth, Range
from trasluz.data.read.table_columns import Column
from trasluz.reporting import Reporter

Label = Hashable | None
Labels = Sequence[Label] | Sequence[tuple[Hashable, ...]]
Unreadable = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Raw:
    """Samples as a source gives them, before labels are numbered and splits are made.

    ``samples``: see ``Data``.  ``labels``: one hashable per row (``None``: no label), or a tuple of them per row
    when ``multi_label``.  ``splits``: the rows of the splits that the source gives.  ``value_range``: ``None``
    when it has to be found from the training rows.  ``class_names``: how labels are printed, where that is not
    ``str(label)``; its order is the classes'.  ``unreadable``: files left out, each with an English reason.
    ``generated``: files that say of themselves that a network made them.  ``classes``: such as have no sample.
    ``ignored``: how many files are no images.  ``told``: what else the audit holds of how files were read, as JSON.
    ``sizes``: int ``[n, 2]``, height and width before resizing, where that is not the samples' own.
    ``in_memory``: the arrays were given as such and cannot be found again.
    ``groups``: who belongs together, one hashable per row (``None``: alone), where the source itself says so.
    ``cells``: texts per row by the column of a manifest or table that they stand in, for ``data.group.column``.
    ``columns``: of a table, in order; empty when they have no names.  ``dropped``: rows left out for missing values.
    ``file_range``: the numbers that stand for black and white in files deeper than 8 bits, where there are such or the
    samples count so; ``range_given``: whether the recipe gave them.  ``depth``: what was found of these files.
    ``fingerprint``: of the content; empty when it has to be computed from the arrays.  ``identities``: int64 ``[n]``
    (``describe/identities.py``); ``None`` when they are those of the rows of ``samples``.
    """

    name: str
    samples: np.ndarray
    labels: Labels | None = None
    kind: Kind = "image"
    classes: tuple[Hashable, ...] = ()
    multi_label: bool = False
    splits: Mapping[str, np.ndarray] = field(default_factory=dict)
    value_range: tuple[float, float] | None = (0.0, 255.0)
    class_names: Mapping[Hashable, str] = field(default_factory=dict)
    weights: np.ndarray | None = None
    lengths: np.ndarray | None = None
    domain: np.ndarray | None = None
    domains: tuple[str, ...] = ()
    files: tuple[str, ...] | None = None
    unreadable: Unreadable = ()
    generated: tuple[str, ...] = ()
    ignored: int = 0
    told: Mapping[str, Any] = field(default_factory=dict)
    sizes: np.ndarray | None = None
    in_memory: bool = False
    groups: Sequence[Label] | None = None
    cells: Mapping[str, Sequence[str]] = field(default_factory=dict)
    columns: tuple[Column, ...] = ()
    dropped: int = 0
    file_range: Range | None = None
    range_given: bool = False
    depth: Depth | None = None
    fingerprint: str = ""
    identities: np.ndarray | None = None


@dataclass(frozen=True)
class Listing:
    """The image files of a source, in its order.

    ``contents`` goes through all files once, in any order, and gives each file's row with its path or its bytes.
    ``labels``, ``classes``, ``told`` and ``splits`` (names, one per row) are as in ``Raw``.
    """

    names: tuple[str, ...]
    contents: Callable[[], Iterator[tuple[int, Content]]]
    labels: Labels | None = None
    classes: tuple[Hashable, ...] = ()
    multi_label: bool = False
    splits: tuple[str, ...] | None = None
    ignored: int = 0
    told: Mapping[str, Any] = field(default_factory=dict)
    unreadable: Unreadable = ()


@dataclass(frozen=True)
class ImageFiles:
    """Image files of which only what is cheap to know is known.

    ``identity``: JSON facts that change when a file does (paths, sizes, times of change).  ``listing`` looks
    inside, which for a compressed archive means reading all of it.  ``cells`` gives the texts of a manifest's columns
    for those of its files that could be read, in order (``Raw.cells``).
    """

    name: str
    identity: Sequence[object]
    listing: Callable[[Reporter], Listing]
    cells: Callable[[Sequence[str]], Mapping[str, Sequence[str]]] = lambda files: {}


Given = Raw | ImageFiles


def split_rows(splits: Sequence[str] | np.ndarray) -> dict[str, np.ndarray]:
    """Rows of each split name, int64."""
    names = np.asarray(splits)
    return {str(name): np.flatnonzero(names == name).astype(np.int64) for name in np.unique(names)}
