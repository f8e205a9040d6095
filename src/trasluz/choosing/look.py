"""A first look at data: the ``Facts`` that a choice needs, from headers, folders and labels; no image is decoded.

The audit says more, but only of decoded images, and to which size they are decoded is what is to be chosen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from trasluz.choosing.facts import Facts
from trasluz.data.describe.fingerprint import fingerprint_of_facts
from trasluz.data.read.cache import remembered
from trasluz.data.read.decoding import read_headers
from trasluz.data.read.layout import require_images
from trasluz.data.read.raw import ImageFiles, Listing, Raw, split_rows
from trasluz.data.sources.base import find_source
from trasluz.messages import _
from trasluz.recipe import DataSection
from trasluz.reporting import Reporter

_VERSION = 1  # of the headers that are remembered
_UNREADABLE = -1


def look(section: DataSection, reporter: Reporter, arrays: Raw | None = None) -> Facts:
    """The facts of the source of ``section``; ``arrays`` stand in for it.

    Raises:
        DataError: there is no such source, or nothing in it that can be read.
    """
    found = arrays or find_source(section, reporter)
    return facts_of_samples(found) if isinstance(found, Raw) else _facts_of_files(found, reporter)


def facts_of_samples(raw: Raw) -> Facts:
    """Of samples that are there as arrays."""
    rows = _training_rows(raw.splits, len(raw.samples))
    shape = [int(side) for side in raw.samples.shape[1:]]
    sides: dict[str, Any] = {}
    if raw.kind == "image":
        sizes = np.tile(np.asarray(shape[:2]), (len(raw.samples), 1)) if raw.sizes is None else raw.sizes
        sides = {**_sides(sizes), "channels": shape[2]}
    else:
        sides = {"features": shape[-1] if len(shape) == (2 if raw.kind == "sequence" else 1) else 1}
        sides |= {"steps": shape[0]} if raw.kind == "sequence" else {}
        sides |= {"columns": tuple(column.name for column in raw.columns)}
    labels = _labels(raw.labels, rows, raw.class_names)
    given = tuple(sorted(raw.splits))
    return Facts(raw.name, raw.kind, len(rows), **labels, **sides, multi_label=raw.multi_label, given=given)


def _facts_of_files(files: ImageFiles, reporter: Reporter) -> Facts:
    listing = files.listing(reporter)
    require_images(len(listing.names) + len(listing.unreadable), listing.ignored, files.name)
    splits = {} if listing.splits is None else split_rows(listing.splits)
    rows = _training_rows(splits, len(listing.names))
    seen = _headers(files, listing, reporter)
    readable = seen[seen[:, 0] != _UNREADABLE]
    sides: dict[str, Any] = {**_sides(readable), "channels": 1 if len(readable) and readable[:, 2].all() else 3}
    labels = _labels(listing.labels, rows, {})
    given = tuple(sorted(splits))
    return Facts(files.name, "image", len(rows), **labels, **sides, multi_label=listing.multi_label, given=given)


def _headers(files: ImageFiles, listing: Listing, reporter: Reporter) -> np.ndarray:
    """Int32 ``[n, 3]``: height, width and whether there is no colour, of each file; −1 of what cannot be read."""

    def compute() -> dict[str, np.ndarray]:
        found = np.full((len(listing.names), 3), _UNREADABLE, np.int32)
        with reporter.task(_("Looking at the images"), len(listing.names), _("images")) as task:
            for row, header in enumerate(read_headers(listing.contents())):
                if header is not None:
                    found[row] = header.height, header.width, header.grey
                task.advance()
        return {"headers": found}

    key = fingerprint_of_facts(list(files.identity))
    return remembered(files.name, key, f"headers-{_VERSION}", compute)["headers"]


def _training_rows(splits: Mapping[str, np.ndarray], count: int) -> np.ndarray:
    """The rows that training and a validation that is still to be made are drawn from."""
    if len(splits.get("train", ())):
        return np.asarray(splits["train"])
    others = [rows for name, rows in splits.items() if name != "train" and len(rows)]
    return np.setdiff1d(np.arange(count), np.concatenate(others)) if others else np.arange(count)


def _sides(sizes: np.ndarray) -> dict[str, int]:
    if not len(sizes):
        return {"height": 0, "width": 0, "sizes": 0}
    height, width = (round(float(side)) for side in np.median(sizes[:, :2], axis=0))
    return {"height": height, "width": width, "sizes": len(np.unique(sizes[:, :2], axis=0))}


def _labels(labels: Sequence[Any] | None, rows: np.ndarray, names: Mapping[Any, str]) -> dict[str, Any]:
    """How often each class occurs in ``rows``, and how many of these have a label."""
    given = [] if labels is None else [labels[row] for row in rows]
    several = [label for label in given if isinstance(label, tuple)]
    if several:
        counts = Counter(one for label in several for one in label)
    else:
        counts = Counter(label for label in given if label is not None)
    labelled = sum(1 for label in given if label not in (None, ()))
    named = {names.get(label, _as_given(label)): count for label, count in counts.items()}
    return {"counts": named, "labelled": labelled}


def _as_given(label: object) -> str:
    """A label as the data have it: a whole number of a table, which is read as a float, without its ``.0``."""
    return str(int(label)) if isinstance(label, float) and label.is_integer() else str(label)
