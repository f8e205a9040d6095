"""Opening data: find the source, decode, map labels, split, audit. The one way from a name or path to ``Data``."""

from __future__ import annotations

import dataclasses
import hashlib
import importlib
import pkgutil
from functools import cache
from types import ModuleType
from typing import Any

import numpy as np

from trasluz.data import sources
from trasluz.data.audit import audit
from trasluz.data.cache import derived
from trasluz.data.data import Data
from trasluz.data.duplicates import exact_groups
from trasluz.data.labels import map_labels
from trasluz.data.near_duplicates import NearDuplicates, near_duplicates
from trasluz.data.raw import Raw
from trasluz.data.splits import make_splits
from trasluz.data.store import Stored, fingerprint, open_store
from trasluz.draws import Draws
from trasluz.errors import DataError, nearest
from trasluz.messages import _
from trasluz.recipe import DataSection
from trasluz.reporting import Reporter


def open_data(section: DataSection, seed: int, reporter: Reporter | None = None, arrays: Raw | None = None) -> Data:
    """The data that ``section`` describes, split from ``seed``; ``arrays`` stand in for its source.

    Raises:
        DataError: no such source, or nothing in it that can be read.
        RecipeError: a split that cannot be made.
    """
    speaker = reporter or Reporter()
    raw = arrays or find(section.source).read(section.source, section, speaker)
    stored = None if isinstance(raw.samples, np.ndarray) else open_store(raw.name, raw.samples, section, speaker)
    _check_readable(raw, stored, section)
    return _assemble(raw, stored, section, seed, speaker)


@cache
def _modules() -> tuple[ModuleType, ...]:
    found = [importlib.import_module(f"{sources.__name__}.{m.name}") for m in pkgutil.iter_modules(sources.__path__)]
    return tuple(sorted(found, key=lambda module: (module.ORDER, module.__name__)))


def source_names() -> tuple[str, ...]:
    """Sources that are known by name."""
    return tuple(sorted(name for module in _modules() for name in module.NAMES))


def find(source: str) -> ModuleType:
    """The source module that a name or path means.

    Raises:
        DataError: none; names the nearest known one.
    """
    for module in _modules():
        if module.claims(source):
            return module
    guess = nearest(source, source_names())
    hint = _(" Did you mean {guess}?").format(guess=guess) if guess else ""
    message = _("{source}: there is no such data set, file or folder; known by name are {names}.")
    raise DataError(message.format(source=source, names=", ".join(source_names())) + hint)


def _check_readable(raw: Raw, stored: Stored | None, section: DataSection) -> None:
    if stored is None or not stored.unreadable or section.allow_unreadable:
        return
    name, reason = stored.unreadable[0]
    message = _(
        "{source}: {count} of {total} images cannot be read, the first is {name} ({reason}); "
        "remove them or leave them out with --set data.allow_unreadable=true."
    )
    total = len(stored.samples) + len(stored.unreadable)
    raise DataError(
        message.format(source=raw.name, count=len(stored.unreadable), total=total, name=name, reason=reason)
    )


def _assemble(raw: Raw, stored: Stored | None, section: DataSection, seed: int, reporter: Reporter) -> Data:
    samples: Any = raw.samples if stored is None else stored.samples
    kept = np.arange(len(samples)) if stored is None else stored.kept
    labels, values = _labels(raw, kept)
    content = fingerprint(samples) if stored is None else stored.fingerprint
    files = None if stored is None else tuple(raw.samples.names[i] for i in kept)  # type: ignore[union-attr]  # files, as there is a store
    given = {name: np.flatnonzero(np.isin(kept, rows)) for name, rows in raw.splits.items()}
    groups = derived(content, "groups", lambda: {"groups": exact_groups(samples, reporter)})["groups"]
    draws = Draws(seed)
    splits = make_splits(labels, given, section.valid, section.test, draws, groups)
    splits = {**splits, "train": _limit(splits["train"], labels, section.limit, draws)}
    data = Data(
        raw.name,
        raw.kind,
        samples,
        splits,
        value_range=raw.value_range,
        labels=labels,
        classes=tuple(str(value) for value in values),
        label_values=values,
        weights=raw.weights,
        files=files,
        fingerprint=_fingerprint(content, labels, values, given),
    )
    return _with_audit(data, raw, stored, content, groups, reporter)


def _labels(raw: Raw, kept: np.ndarray) -> tuple[np.ndarray | None, tuple[Any, ...]]:
    if raw.labels is None or all(label is None for label in raw.labels):
        return None, ()
    chosen = [raw.labels[i] for i in kept]
    return map_labels(chosen, raw.multi_label, raw.classes)


def _fingerprint(content: str, labels: np.ndarray | None, values: tuple[Any, ...], given: dict[str, np.ndarray]) -> str:
    digest = hashlib.blake2b(content.encode(), digest_size=16)
    digest.update(repr(values).encode())
    if labels is not None:
        digest.update(np.ascontiguousarray(labels).tobytes())
    for name in sorted(given):
        digest.update(name.encode() + given[name].astype(np.int64).tobytes())
    return digest.hexdigest()


def _limit(rows: np.ndarray, labels: np.ndarray | None, limit: int | None, draws: Draws) -> np.ndarray:
    """At most ``limit`` rows, each class in proportion; the order of the source is kept."""
    if limit is None or len(rows) <= limit:
        return rows
    shuffled = rows[draws.permutation("limit", 0, len(rows)).numpy()]
    if labels is not None and labels.ndim == 1:
        # Within its class each row gets an even place between 0 and 1: the smallest places are in proportion.
        place = np.empty(len(shuffled))
        for value in np.unique(labels[shuffled]):
            own = np.flatnonzero(labels[shuffled] == value)
            place[own] = (np.arange(len(own)) + 0.5) / len(own)
        shuffled = shuffled[np.argsort(place, kind="stable")]
    return np.sort(shuffled[:limit])


def _with_audit(
    data: Data, raw: Raw, stored: Stored | None, content: str, groups: np.ndarray, reporter: Reporter
) -> Data:
    """``data`` with its audit; the dear part, near duplicates, comes from the cache."""

    def look() -> dict[str, np.ndarray]:
        found = near_duplicates(data.samples, data.value_range, groups, reporter)
        return {"pairs": found.pairs, "correlation": found.correlation}

    near = derived(content, "near", look) if data.kind == "image" else None
    found = audit(
        data,
        unreadable=() if stored is None else stored.unreadable,
        original_sizes=None if stored is None else stored.sizes,
        groups=groups,
        near=None if near is None else NearDuplicates(near["pairs"], near["correlation"]),
        reporter=reporter,
    )
    return dataclasses.replace(data, audit={**found, "ignored": dict(raw.ignored), "in_memory": raw.in_memory})
