"""Opening data: from a recipe's ``data`` part to ``Data``: find, decode, number labels, split, limit, audit.

What takes long is kept in the user's cache: decoded images by their files, duplicates by the data's fingerprint.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict

import numpy as np

from trasluz.data.data import Data
from trasluz.data.describe.audit import audit
from trasluz.data.describe.duplicates import exact_groups
from trasluz.data.describe.fingerprint import fingerprint_of_arrays, fingerprint_of_facts
from trasluz.data.describe.identities import identities_of_rows
from trasluz.data.describe.near_duplicates import NearDuplicates, near_duplicates
from trasluz.data.read.cache import remembered
from trasluz.data.read.fit_arrays import fit_arrays, require_images
from trasluz.data.read.planning import wanted_size
from trasluz.data.read.raw import Raw, Unreadable
from trasluz.data.read.store import open_store
from trasluz.data.read.table_columns import numbered
from trasluz.data.sources.base import find_source
from trasluz.data.split.domains import domains_of_classes
from trasluz.data.split.draw import draw_places
from trasluz.data.split.labels import IndexedLabels, in_order, index_labels
from trasluz.data.split.limit import keeping_order, limit_labels, limit_rows
from trasluz.data.split.splits import make_splits
from trasluz.errors import DataError
from trasluz.messages import _
from trasluz.recipe import DataSection
from trasluz.reporting import Reporter
from trasluz.rng import Rng

_MOST_GENERATED = 100  # files named in the audit that say that a network made them
_FACTS_VERSION = 1  # of what is remembered about duplicates and identities


def open_data(section: DataSection, seed: int, reporter: Reporter | None = None, arrays: Raw | None = None) -> Data:
    """The data that ``section`` describes; ``arrays`` stand in for its source.

    They are split from their own content and from ``data.split_seed``, or ``seed`` where that is null.

    Raises:
        DataError: no such source, nothing in it that can be read, or files that cannot and may not be left out.
        RecipeError: a split that cannot be made.
        StorageError: the cache cannot be written.
    """
    speaker = reporter or Reporter()
    found = arrays or find_source(section, speaker)
    raw = found if isinstance(found, Raw) else open_store(found, section, speaker)
    _say_unused(raw, section, speaker)
    unreadable = tuple((file, _(reason)) for file, reason in raw.unreadable)
    _require_readable(raw, unreadable, section)
    raw = _fitted(raw, section, speaker)
    return _assemble(raw, unreadable, section, Rng(seed if section.split_seed is None else section.split_seed), speaker)


def _say_unused(raw: Raw, section: DataSection, reporter: Reporter) -> None:
    """Warns that fields about the columns of a CSV table do nothing for other data."""
    if raw.kind == "table" and raw.files is not None:
        return
    defaults = DataSection()
    fields = ("target", "target_at_least", "text", "leave_out")
    given = [f"data.{field}" for field in fields if getattr(section, field) != getattr(defaults, field)]
    if given:
        message = _("{fields}: only say something about a CSV table, which {source} is not; they are not used.")
        reporter.warn(message.format(fields=", ".join(given), source=raw.name))


def _require_readable(raw: Raw, unreadable: Unreadable, section: DataSection) -> None:
    if not unreadable or section.allow_unreadable:
        return
    message = _(
        "{source}: {count} of {total} images cannot be read, the first is {file} ({reason}); "
        "remove them or leave them out with --set data.allow_unreadable=true."
    )
    total = len(raw.samples) + len(unreadable)
    file, reason = unreadable[0]
    raise DataError(message.format(source=raw.name, count=len(unreadable), total=total, file=file, reason=reason))


def _fitted(raw: Raw, section: DataSection, reporter: Reporter) -> Raw:
    """Samples of the recipe's size and channels, with their content's fingerprint and their original sizes."""
    if raw.kind != "image":
        require_images(raw.kind, section.size, section.channels, raw.name)
        content = raw.fingerprint or fingerprint_of_arrays(raw)
        return dataclasses.replace(raw, fingerprint=content, identities=_identities(raw, content))
    if raw.fingerprint:
        return dataclasses.replace(raw, identities=_identities(raw, raw.fingerprint))
    content = fingerprint_of_arrays(raw)
    raw = dataclasses.replace(raw, identities=_identities(raw, content))
    size = wanted_size(section)
    own = np.broadcast_to(np.asarray(raw.samples.shape[1:3], np.int32), (len(raw.samples), 2))
    scale = raw.value_range or (float(raw.samples.min()), float(raw.samples.max()))
    samples = fit_arrays(raw.samples, scale, size, section.channels, section.resize, reporter)
    if samples is not raw.samples:
        content = fingerprint_of_facts([content, size, section.channels, section.resize])
    return dataclasses.replace(raw, samples=samples, fingerprint=content, sizes=own)


def _assemble(raw: Raw, unreadable: Unreadable, section: DataSection, rng: Rng, reporter: Reporter) -> Data:
    labels = _labels(raw, section, reporter)
    groups = _groups(raw, reporter)
    indices = None if labels is None else labels.indices
    assert raw.identities is not None, "they are computed where a source does not give them"
    places = draw_places(raw.identities, groups, rng)
    splits = make_splits(indices, raw.splits, section.valid, section.test, places, groups)
    limits = section.limits
    for split, limit in (("train", limits.train), ("valid", limits.valid), ("test", limits.test)):
        if split in splits:
            splits[split] = limit_rows(splits[split], indices, limit, keeping_order(split, places))
    indices = limit_labels(indices, splits["train"], section.labelled, keeping_order("train", places))
    domain, domains = domains_of_classes(raw.name, labels) if section.domains else (raw.domain, raw.domains)
    data = Data(
        name=raw.name,
        kind=raw.kind,
        samples=raw.samples,
        splits=splits,
        value_range=raw.value_range or _range_of(raw.samples, splits["train"]),
        labels=indices,
        classes=labels.classes if labels else (),
        label_values=labels.values if labels else (),
        lengths=raw.lengths,
        weights=raw.weights,
        domain=domain,
        domains=domains,
        files=raw.files,
        columns=raw.columns or (numbered(raw.samples.shape[1]) if raw.kind == "table" else ()),
        fingerprint=raw.fingerprint,
        identities=raw.identities,
    )
    near = _near(data, groups, reporter)
    found = audit(data, unreadable=unreadable, original_sizes=raw.sizes, groups=groups, near=near, reporter=reporter)
    told: dict[str, object] = {"ignored": raw.ignored, "dropped_rows": raw.dropped, "in_memory": raw.in_memory}
    told["generated"] = {"count": len(raw.generated), "files": list(raw.generated[:_MOST_GENERATED])}
    return dataclasses.replace(data, audit={**found, **told})


def _labels(raw: Raw, section: DataSection, reporter: Reporter) -> IndexedLabels | None:
    """Numbered labels; ``None`` when no sample has one."""
    if raw.labels is None:
        return None
    labels = index_labels(raw.labels, raw.multi_label, raw.class_names)
    if not labels.classes:
        return None
    if section.classes:
        labels = in_order(labels, section.classes, raw.name)
    same = defaultdict(list)
    for name in labels.classes:
        same[name.casefold()].append(name)
    for names in same.values():
        if len(names) > 1:
            message = _("{source}: the classes {names} differ in upper and lower case only; they are kept apart.")
            reporter.warn(message.format(source=raw.name, names=", ".join(names)))
    return labels


def _identities(raw: Raw, content: str) -> np.ndarray:
    """What the source says, or by the rows as they are before anything is done to them; ``content`` fingerprints."""
    if raw.identities is not None:
        return raw.identities

    def compute() -> dict[str, np.ndarray]:
        return {"identities": identities_of_rows(raw.samples)}

    return remembered(raw.name, content, f"identities-{_FACTS_VERSION}", compute)["identities"]


def _groups(raw: Raw, reporter: Reporter) -> np.ndarray:
    def compute() -> dict[str, np.ndarray]:
        return {"groups": exact_groups(raw.samples, reporter)}

    return remembered(raw.name, raw.fingerprint, f"exact-{_FACTS_VERSION}", compute)["groups"]


def _near(data: Data, groups: np.ndarray, reporter: Reporter) -> NearDuplicates | None:
    if data.kind != "image":
        return None

    def compute() -> dict[str, np.ndarray]:
        found = near_duplicates(data.samples, data.value_range, groups, reporter)
        return {"pairs": found.pairs, "correlation": found.correlation}

    kept = remembered(data.name, data.fingerprint, f"near-{_FACTS_VERSION}", compute)
    return NearDuplicates(kept["pairs"], kept["correlation"])


def _range_of(samples: np.ndarray, train: np.ndarray) -> tuple[float, float]:
    """From the least to the greatest training value, a little apart when they are equal."""
    rows = train if len(train) else np.arange(len(samples))
    values = samples[rows]
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    return low, high if high > low else low + 1.0
