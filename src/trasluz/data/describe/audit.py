"""Audit: what is in data before anything is trained on them. Plain numbers and words, fit for JSON.

A pure function of the data and of what reading them has told; ``audit_warnings`` says in sentences what to heed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from trasluz.data.data import Data
from trasluz.data.describe.copies import exact_copies, near_copies
from trasluz.data.describe.duplicates import exact_groups
from trasluz.data.describe.near_duplicates import NearDuplicates, near_duplicates
from trasluz.reporting import Reporter

_MOST_LISTED = 100
_MOST_EXAMPLES = 20
_CHUNK = 2048


def audit(
    data: Data,
    *,
    unreadable: Sequence[tuple[str, str]] = (),
    original_sizes: np.ndarray | None = None,
    groups: np.ndarray | None = None,
    near: NearDuplicates | None = None,
    reporter: Reporter | None = None,
) -> dict[str, Any]:
    """Counts, sizes, gaps and duplicates of ``data``.

    ``unreadable``: (file, English reason) of what could not be read; ``original_sizes``: int ``[n, 2]`` (height, width)
    before resizing; ``groups`` and ``near``: ``exact_groups`` and ``near_duplicates`` of the samples where they are
    known already.

    The keys: ``samples``, ``kind``, ``shape``, ``features`` (names, of a table), ``splits`` {split: count},
    ``classes`` {class: {split: count}}, ``unlabelled`` {split: count}, ``missing_classes`` {split: [class]},
    ``imbalance`` (largest over smallest class of those that occur in train; ``None`` without labels),
    ``sizes`` (of the originals; ``None`` where not known),
    ``unreadable`` {count, files, and ``refused`` where training would not leave them out},
    ``constant`` {count, examples} (images of one colour, or a table's columns that are
    the same in all rows), ``missing`` {count, columns: {name: count}} (values of a table), ``contradictions`` (samples
    with an exact copy of another label), ``exact_duplicates`` and ``near_duplicates``
    {within: {split: count}, across: {"train/valid": count}, copies: {"train/valid": count}, examples}.  ``within``
    counts exact copies beyond the first, and samples that have a near duplicate; ``across`` counts samples of the
    second split that have one in the first, and ``copies`` those of them that are not so by the nature of the data
    (``copies.py``).  Lists are cut to 100 files and 20 examples, counts are not.  What is known of groups is added by
    who opens the data (``audit_groups``, ``likely_groups``).
    """
    reporter = reporter or Reporter()
    groups = exact_groups(data.samples, reporter) if groups is None else groups
    near = _near(data, groups, reporter) if near is None else near
    classes = _classes(data)
    return {
        "samples": len(data.samples),
        "kind": data.kind,
        "shape": [int(side) for side in data.samples.shape[1:]],
        "features": list(data.features[:_MOST_LISTED]),
        "splits": {name: len(rows) for name, rows in data.splits.items()},
        "classes": classes,
        "unlabelled": _unlabelled(data),
        "missing_classes": _missing(classes, data),
        "imbalance": _imbalance(classes),
        "sizes": None if original_sizes is None or len(original_sizes) == 0 else _sizes(np.asarray(original_sizes)),
        "unreadable": {
            "count": len(unreadable),
            "files": [{"file": str(file), "reason": str(reason)} for file, reason in unreadable[:_MOST_LISTED]],
        },
        "constant": _constant(data),
        "missing": _missing_values(data),
        "contradictions": _contradictions(data, groups),
        "exact_duplicates": _exact_summary(data, groups),
        "near_duplicates": _near_summary(data, groups, near),
    }


def _near(data: Data, groups: np.ndarray, reporter: Reporter) -> NearDuplicates:
    if data.kind != "image":
        return NearDuplicates(np.empty((0, 2), np.int64), np.empty(0, np.float32))
    return near_duplicates(data.samples, data.value_range, groups, reporter)


def _classes(data: Data) -> dict[str, dict[str, int]]:
    """Samples per class and split."""
    if data.labels is None:
        return {}
    counts = {name: _class_counts(data.labels[rows], len(data.classes)) for name, rows in data.splits.items()}
    return {label: {name: int(counts[name][i]) for name in counts} for i, label in enumerate(data.classes)}


def _class_counts(labels: np.ndarray, classes: int) -> np.ndarray:
    if labels.ndim == 2:
        return np.asarray(labels.sum(axis=0))
    return np.bincount(labels[labels >= 0], minlength=classes)


def _unlabelled(data: Data) -> dict[str, int]:
    """Samples without any label per split; empty where no sample has labels at all."""
    if data.labels is None:
        return {}
    without = np.asarray(~data.labels.any(axis=1) if data.labels.ndim == 2 else data.labels < 0)
    return {name: int(without[rows].sum()) for name, rows in data.splits.items()}


def _missing(classes: Mapping[str, Mapping[str, int]], data: Data) -> dict[str, list[str]]:
    missing = {name: [c for c, counts in classes.items() if not counts[name]] for name in data.splits}
    return {name: labels for name, labels in missing.items() if labels}


def _imbalance(classes: Mapping[str, Mapping[str, int]]) -> float | None:
    counts = [split["train"] for split in classes.values() if split.get("train")]
    return max(counts) / min(counts) if counts else None


def _sizes(sizes: np.ndarray) -> dict[str, Any]:
    """Of the originals, as [height, width]: the smallest, median and largest by area, and the most common."""
    by_area = sizes[np.argsort(sizes[:, 0].astype(np.int64) * sizes[:, 1], kind="stable")]
    distinct, counts = np.unique(sizes, axis=0, return_counts=True)
    picks = {"smallest": by_area[0], "median": by_area[len(by_area) // 2], "largest": by_area[-1]}
    picks["most_common"] = distinct[counts.argmax()]
    pairs: dict[str, Any] = {name: [int(side) for side in size] for name, size in picks.items()}
    return {**pairs, "most_common_count": int(counts.max()), "distinct": len(distinct)}


def _constant(data: Data) -> dict[str, Any]:
    """Images that are one colour in every channel (blank scans, failed downloads); columns that tell nothing."""
    if data.kind == "table":
        same = (data.samples == data.samples[:1]).all(axis=0)
        names = [_feature(data, int(i)) for i in np.flatnonzero(same)]
        return {"count": len(names), "examples": names[:_MOST_EXAMPLES]}
    if data.kind != "image":
        return {"count": 0, "examples": []}
    found = []
    for start in range(0, len(data.samples), _CHUNK):
        part = data.samples[start : start + _CHUNK]
        blank = (part == part[:, :1, :1]).reshape(len(part), -1).all(axis=1)
        found.append(start + np.flatnonzero(blank))
    rows = np.concatenate(found) if found and data.samples.shape[1] * data.samples.shape[2] > 1 else np.empty(0, int)
    return {"count": len(rows), "examples": [_name(data, int(row)) for row in rows[:_MOST_EXAMPLES]]}


def _missing_values(data: Data) -> dict[str, Any]:
    """Values that a table lacks, in all and per column."""
    if data.kind != "table":
        return {"count": 0, "columns": {}}
    absent = np.isnan(data.samples).sum(axis=0)
    columns = {_feature(data, int(i)): int(absent[i]) for i in np.flatnonzero(absent)[:_MOST_LISTED]}
    return {"count": int(absent.sum()), "columns": columns}


def _contradictions(data: Data, groups: np.ndarray) -> int:
    """Labelled samples with an exact copy of another label: no model can be right about all of them."""
    if data.labels is None or data.labels.ndim != 1:
        return 0
    rows = np.flatnonzero(data.labels >= 0)
    order = rows[np.argsort(groups[rows], kind="stable")]
    _values, first, sizes = np.unique(groups[order], return_index=True, return_counts=True)
    labels = data.labels[order]
    if not len(first):
        return 0
    return int(sizes[np.minimum.reduceat(labels, first) != np.maximum.reduceat(labels, first)].sum())


def _feature(data: Data, index: int) -> str:
    """The name of a table's feature."""
    return data.features[index] if data.features else f"x{index + 1}"


def _exact_summary(data: Data, groups: np.ndarray) -> dict[str, Any]:
    names = list(data.splits)
    counts = _copies(data, groups)
    copies = np.flatnonzero(groups != np.arange(len(groups)))
    pairs = np.stack([groups[copies], copies], axis=1)
    return {
        "within": {name: int(np.maximum(counts[:, i] - 1, 0).sum()) for i, name in enumerate(names)},
        "across": _across(names, [counts[counts[:, i] > 0] for i in range(len(names))]),
        "copies": exact_copies(data, groups) if "train" in data.splits else {},
        "examples": _examples(data, pairs, None),
    }


def _near_summary(data: Data, groups: np.ndarray, near: NearDuplicates) -> dict[str, Any]:
    names = list(data.splits)
    counts = _copies(data, groups)
    first, second = near.pairs.T
    beside = np.zeros(counts.shape, bool)  # [group, split]: whether a near duplicate of the group is in the split
    np.logical_or.at(beside, first, counts[second] > 0)
    np.logical_or.at(beside, second, counts[first] > 0)
    return {
        "within": {name: int(counts[beside[:, i], i].sum()) for i, name in enumerate(names)},
        "across": _across(names, [counts[beside[:, i]] for i in range(len(names))]),
        "copies": near_copies(data, groups, near) if "train" in data.splits and len(near.pairs) else {},
        "examples": _examples(data, near.pairs, near.correlation),
    }


def _copies(data: Data, groups: np.ndarray) -> np.ndarray:
    """Int64 ``[n, splits]``: how many samples of each group (named by its first row) are in each split."""
    counts = np.zeros((len(groups), len(data.splits)), np.int64)
    for i, rows in enumerate(data.splits.values()):
        counts[:, i] = np.bincount(groups[rows], minlength=len(groups))
    return counts


def _across(names: Sequence[str], beside: Sequence[np.ndarray]) -> dict[str, int]:
    """``first/second``: samples of the second split in the groups that lie beside the first."""
    pairs = [(i, j) for i in range(len(names)) for j in range(i + 1, len(names))]
    return {f"{names[i]}/{names[j]}": int(beside[i][:, j].sum()) for i, j in pairs}


def _examples(data: Data, pairs: np.ndarray, correlation: np.ndarray | None) -> list[dict[str, Any]]:
    """The first pairs by name and split, those across splits before those within one."""
    side = np.full(len(data.samples), -1)
    for i, rows in enumerate(data.splits.values()):
        side[rows] = i
    within = side[pairs[:, 0]] == side[pairs[:, 1]]
    names = [*data.splits, None]
    examples = []
    for k in np.argsort(within, kind="stable")[:_MOST_EXAMPLES]:
        both = [int(row) for row in pairs[k]]
        example: dict[str, Any] = {"rows": both, "files": [_name(data, row) for row in both]}
        example["splits"] = [names[side[row]] for row in both]
        if correlation is not None:
            example["correlation"] = round(float(correlation[k]), 5)
        examples.append(example)
    return examples


def _name(data: Data, row: int) -> str:
    return data.files[row] if data.files is not None else f"#{row}"
