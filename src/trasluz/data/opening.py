"""Opening data: from a recipe's ``data`` part to ``Data``: find, decode, number labels, split, limit, audit.

What takes long is kept in the user's cache: decoded images by their files, duplicates by the data's fingerprint.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict

import numpy as np

from trasluz.data.data import Data
from trasluz.data.describe.audit import audit
from trasluz.data.describe.audit_groups import describe_groups
from trasluz.data.describe.depth import range_facts, range_sentence
from trasluz.data.describe.duplicates import exact_groups
from trasluz.data.describe.fingerprint import fingerprint_of_arrays, fingerprint_of_facts
from trasluz.data.describe.identities import identities_of_rows
from trasluz.data.describe.likely_groups import likely_groups
from trasluz.data.describe.near_duplicates import NearDuplicates, near_duplicates
from trasluz.data.read.array_range import with_range
from trasluz.data.read.cache import remembered
from trasluz.data.read.fit_arrays import fit_arrays, require_images
from trasluz.data.read.planning import wanted_size
from trasluz.data.read.raw import ImageFiles, Raw
from trasluz.data.read.store import open_store
from trasluz.data.read.table_columns import numbered
from trasluz.data.sources.base import find_source
from trasluz.data.split.basis import Basis
from trasluz.data.split.domains import domains_of_classes
from trasluz.data.split.groups import Groups, find_groups, linked, telling_copies
from trasluz.data.split.labels import IndexedLabels, in_order, index_labels, one_case
from trasluz.data.split.splitting import Split, split_by
from trasluz.errors import DataError
from trasluz.messages import _
from trasluz.recipe import DataSection
from trasluz.reporting import Reporter

_MOST_GENERATED = 100  # files named in the audit that say that a network made them
_OF_FOLDERS = ("splits", "class_folder")
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
    raw = found if isinstance(found, Raw) else _stored(found, section, speaker)
    _say_unused(raw, section, speaker)
    _require_readable(raw, section)
    raw = _fitted(raw, section, speaker)
    _say_range(raw, section, speaker)
    return _assemble(raw, section, seed, speaker)


def _stored(files: ImageFiles, section: DataSection, reporter: Reporter) -> Raw:
    raw = open_store(files, section, reporter)
    return dataclasses.replace(raw, cells=files.cells(raw.files or ()))


def _say_unused(raw: Raw, section: DataSection, reporter: Reporter) -> None:
    """Warns that fields about folders, or about the columns of a CSV table, do nothing for other data."""
    defaults = DataSection()
    folders = [f"data.{name}" for name in _OF_FOLDERS if getattr(section, name) != getattr(defaults, name)]
    if folders and "ignored_kinds" not in raw.told:
        message = _("{fields}: only say something about folders of images, which {source} is not; they are not used.")
        reporter.warn(message.format(fields=", ".join(folders), source=raw.name))
    if raw.kind == "table" and raw.files is not None:
        return
    fields = ("target", "target_at_least", "text", "leave_out")
    given = [f"data.{field}" for field in fields if getattr(section, field) != getattr(defaults, field)]
    if given:
        message = _("{fields}: only say something about a CSV table, which {source} is not; they are not used.")
        reporter.warn(message.format(fields=", ".join(given), source=raw.name))


def _say_range(raw: Raw, section: DataSection, reporter: Reporter) -> None:
    """Says which numbers of deeper images stand for black and white; warns where the field does nothing."""
    sentence = range_sentence(range_facts(raw))
    if sentence:
        reporter.say(f"{raw.name}: {sentence}")
    elif section.range != "auto" and raw.file_range is None:
        message = _(
            "data.range: only says something about images deeper than 8 bits, of which {source} has none; "
            "it is not used."
        )
        reporter.warn(message.format(source=raw.name))


def _require_readable(raw: Raw, section: DataSection) -> None:
    unreadable = raw.unreadable
    if not unreadable or section.allow_unreadable:
        return
    message = _(
        "{source}: {count} of {total} images cannot be read, the first is {file} ({reason}); "
        "remove them or leave them out with --set data.allow_unreadable=true."
    )
    total = len(raw.samples) + len(unreadable)
    file, reason = unreadable[0]
    raise DataError(message.format(source=raw.name, count=len(unreadable), total=total, file=file, reason=_(reason)))


def _fitted(raw: Raw, section: DataSection, reporter: Reporter) -> Raw:
    """Samples of the recipe's size and channels, with their content's fingerprint and their original sizes."""
    if raw.kind != "image":
        require_images(raw.kind, section.size, section.channels, raw.name)
        content = raw.fingerprint or fingerprint_of_arrays(raw)
        return dataclasses.replace(raw, fingerprint=content, identities=_identities(raw, content))
    if raw.fingerprint:
        return dataclasses.replace(raw, identities=_identities(raw, raw.fingerprint))
    content = fingerprint_of_arrays(raw)
    raw = dataclasses.replace(raw, fingerprint=content, identities=_identities(raw, content))
    raw = with_range(raw, section)
    content = raw.fingerprint
    size = wanted_size(section)
    own = np.broadcast_to(np.asarray(raw.samples.shape[1:3], np.int32), (len(raw.samples), 2))
    scale = raw.value_range or (float(raw.samples.min()), float(raw.samples.max()))
    samples = fit_arrays(raw.samples, scale, size, section.channels, section.resize, reporter)
    if samples is not raw.samples:
        content = fingerprint_of_facts([content, size, section.channels, section.resize])
    return dataclasses.replace(raw, samples=samples, fingerprint=content, sizes=own)


def _assemble(raw: Raw, section: DataSection, seed: int, reporter: Reporter) -> Data:
    labels = _labels(raw, section, reporter)
    copies = _copies(raw, reporter)
    indices = None if labels is None else labels.indices
    groups = find_groups(raw, section.group)
    together = _together(raw, section, groups, copies, reporter)
    assert raw.identities is not None, "they are computed where a source does not give them"
    classes = labels.classes if labels else ()
    basis = Basis(raw.splits, copies, together, raw.identities, indices, classes)
    split = split_by(basis, section, seed)
    domain, domains = domains_of_classes(raw.name, labels) if section.domains else (raw.domain, raw.domains)
    data = Data(
        name=raw.name,
        kind=raw.kind,
        samples=raw.samples,
        splits=split.splits,
        value_range=raw.value_range or range_of(raw.samples, split.splits["train"]),
        labels=split.labels,
        classes=classes,
        label_values=labels.values if labels else (),
        lengths=raw.lengths,
        weights=raw.weights,
        domain=domain,
        domains=domains,
        files=raw.files,
        groups=together,
        columns=raw.columns or (numbered(raw.samples.shape[1]) if raw.kind == "table" else ()),
        file_range=raw.file_range,
        range_given=raw.range_given,
        fingerprint=raw.fingerprint,
        identities=raw.identities,
        basis=basis,
        own_range=raw.value_range is None,
    )
    near = near_of(raw, data.value_range, copies, reporter)
    found = audit(
        data, unreadable=raw.unreadable, original_sizes=raw.sizes, groups=copies, near=near, reporter=reporter
    )
    told: dict[str, object] = {"ignored": raw.ignored, "dropped_rows": raw.dropped, "in_memory": raw.in_memory}
    told["range"] = range_facts(raw)
    told |= about_folds(split)
    told |= _about_groups(data, raw, section, groups, copies, reporter)
    told["generated"] = {"count": len(raw.generated), "files": list(raw.generated[:_MOST_GENERATED])}
    return dataclasses.replace(data, audit={**found, **told, **raw.told})


def _labels(raw: Raw, section: DataSection, reporter: Reporter) -> IndexedLabels | None:
    """Numbered labels; ``None`` when no sample has one."""
    if raw.labels is None:
        return None
    given = one_case(raw.labels, raw.multi_label) if section.ignore_case else raw.labels
    labels = index_labels(given, raw.multi_label, raw.class_names, raw.classes)
    if not labels.classes:
        return None
    if section.classes:
        labels = in_order(labels, section.classes, raw.name)
    same = defaultdict(list)
    for name in labels.classes:
        same[name.casefold()].append(name)
    for names in same.values():
        if len(names) > 1:
            message = _(
                "{source}: the classes {names} differ in upper and lower case only; they are kept apart, unless you "
                "make them one with --set data.ignore_case=true"
            )
            reporter.warn(message.format(source=raw.name, names=", ".join(names)))
    return labels


def _together(
    raw: Raw, section: DataSection, groups: Groups | None, copies: np.ndarray, reporter: Reporter
) -> np.ndarray | None:
    """Int64 ``[n]``: who belongs together, exact copies included; ``None`` where nobody said so."""
    links = [] if groups is None else [groups.numbers]
    if section.group is not None and section.group.near_duplicates:
        if raw.kind != "image":
            message = _(
                "data.group.near_duplicates: {source} holds no images, so none are nearly the same; leave it out."
            )
            raise DataError(message.format(source=raw.name))
        scale = raw.value_range or range_of(raw.samples, np.empty(0, np.int64))
        links.append(near_of(raw, scale, copies, reporter).pairs)
    return linked(len(copies), telling_copies(raw.samples, copies), *links) if links else None


def _about_groups(
    data: Data, raw: Raw, section: DataSection, groups: Groups | None, copies: np.ndarray, reporter: Reporter
) -> dict[str, object]:
    """What the audit says of groups: of those in force, or of likely ones."""
    if data.groups is not None:
        alone = 0 if groups is None else groups.alone
        return {"groups": describe_groups(data, data.groups, alone)}
    found = likely_groups(data, raw.cells, copies, reporter)
    made = [name for name in data.splits if name != "train" and not len(raw.splits.get(name, ()))]
    return {"likely_groups": found and {**found, "made": made}, "made_splits": made}


def _identities(raw: Raw, content: str) -> np.ndarray:
    """What the source says, or by the rows as they are before anything is done to them; ``content`` fingerprints."""
    if raw.identities is not None:
        return raw.identities

    def compute() -> dict[str, np.ndarray]:
        return {"identities": identities_of_rows(raw.samples)}

    return remembered(raw.name, content, f"identities-{_FACTS_VERSION}", compute)["identities"]


def _copies(raw: Raw, reporter: Reporter) -> np.ndarray:
    """For each row the first that equals it."""

    def compute() -> dict[str, np.ndarray]:
        return {"groups": exact_groups(raw.samples, reporter)}

    return remembered(raw.name, raw.fingerprint, f"exact-{_FACTS_VERSION}", compute)["groups"]


def near_of(
    raw: Raw | Data, value_range: tuple[float, float], copies: np.ndarray, reporter: Reporter
) -> NearDuplicates:
    """The pairs of nearly equal images, as they are remembered; ``copies``: for each row the first that equals it."""
    if raw.kind != "image":
        return NearDuplicates(np.empty((0, 2), np.int64), np.empty(0, np.float32))

    def compute() -> dict[str, np.ndarray]:
        found = near_duplicates(raw.samples, value_range, copies, reporter)
        return {"pairs": found.pairs, "correlation": found.correlation}

    kept = remembered(raw.name, raw.fingerprint, f"near-{_FACTS_VERSION}", compute)
    return NearDuplicates(kept["pairs"], kept["correlation"])


def about_folds(split: Split) -> dict[str, object]:
    """What the audit says of folds: how many there are, where the recipe asks for one."""
    return {name: count for name in ("folds", "test_folds") if (count := getattr(split, name)) is not None}


def range_of(samples: np.ndarray, train: np.ndarray) -> tuple[float, float]:
    """From the least to the greatest training value, a little apart when they are equal."""
    rows = train if len(train) else np.arange(len(samples))
    values = samples[rows]
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    return low, high if high > low else low + 1.0
