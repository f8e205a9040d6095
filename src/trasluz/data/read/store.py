"""The store: images are decoded once, into one file of bytes in the user's cache, and mapped from there ever after.

An entry is ``samples.bin`` (``[n, height, width, channels]``, uint8; uint16 where an image has more than 8 bits, see
``deep.py``), ``rows.npz`` (labels, splits, sizes, identities) and ``entry.json`` (names, what could not be read, and
which numbers stand for black and white).  Its key is made of the files' paths, sizes and times of change, and of the
options of decoding.  Entries appear by one rename, so that a killed or a second process never shows half of one.
Opening checks up to 64 MiB of evenly spread blocks; an entry that fails is made again.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from trasluz.data.describe.fingerprint import fingerprint_of_facts
from trasluz.data.describe.identities import identity_numbers
from trasluz.data.read.cache import cache_folder, drop_entry, entry_folder, making, new_entry
from trasluz.data.read.decode import Plan
from trasluz.data.read.decoding import Decoded, decode_all
from trasluz.data.read.deep import BYTES, Depth, Range, choose_range, given_range, usual_brightest
from trasluz.data.read.layout import require_images
from trasluz.data.read.pixel_file import PixelFile, bring_into, count_stored
from trasluz.data.read.planning import make_plan
from trasluz.data.read.raw import ImageFiles, Labels, Listing, Raw, split_rows
from trasluz.errors import DataError
from trasluz.files import json_bytes
from trasluz.messages import _
from trasluz.reading import read_arrays
from trasluz.recipe import DataSection
from trasluz.reporting import Reporter

_FORMAT = 3  # 1: 8 bits only, and without the identities of rows; 2: 8 bits of colour
_MOST_COARSE = 100  # names of files that are kept
_BLOCK, _BLOCKS = 1 << 20, 64
_KEPT_IN_MEMORY = 256 << 20  # smaller arrays are read whole, larger ones mapped
_SPARE_BYTES = 256 << 20  # disk that is left to others
_DAMAGE = (OSError, ValueError, KeyError, TypeError, AttributeError, EOFError, zipfile.BadZipFile, zlib.error)
_BETWEEN = "|"  # separates several labels of an image; none contains it, because manifests separate them so, too


def open_store(files: ImageFiles, section: DataSection, reporter: Reporter) -> Raw:
    """The decoded images of ``files``, from the cache or decoded now.

    Raises:
        DataError: there are no images, or none can be read.
        StorageError: the cache cannot be written.
    """
    key = _key(files, section)
    folder = entry_folder("images", files.name, key)
    with suppress(*_DAMAGE):
        return _load(folder, files.name)
    with making(folder, reporter):
        if folder.is_dir():  # damaged, or made by another process meanwhile
            try:
                return _load(folder, files.name)
            except _DAMAGE:
                reporter.warn(_("{path}: this cache entry is damaged; it is made again.").format(path=folder))
                drop_entry(folder)
        listing = files.listing(reporter)
        require_images(len(listing.names) + len(listing.unreadable), listing.ignored, files.name)
        _build(folder, files.name, listing, make_plan(listing, section, reporter), section, reporter)
        return _load(folder, files.name)


def stored_with(fingerprint: str, name: str) -> Raw | None:
    """Decoded images of this ``fingerprint``, called ``name``, wherever their files were; ``None`` where none are."""
    told = json.dumps(fingerprint).encode()
    for folder in sorted((cache_folder() / "images").glob("[!.]*")):
        with suppress(*_DAMAGE):
            content = (folder / "entry.json").read_bytes()
            if told in content and json.loads(content)["fingerprint"] == fingerprint:
                return _load(folder, name)
    return None


def _key(files: ImageFiles, section: DataSection) -> str:
    options = (_FORMAT, section.size, section.channels, section.resize, section.range)
    return fingerprint_of_facts([files.identity, options])[:16]


def _load(folder: Path, name: str) -> Raw:
    """The entry in ``folder``; raises one of ``_DAMAGE`` when it is not as it was written."""
    entry: dict[str, Any] = json.loads((folder / "entry.json").read_bytes())
    path = folder / "samples.bin"
    shape, kind = tuple(entry["shape"]), np.dtype(entry["dtype"])
    size = int(np.prod(shape)) * kind.itemsize
    if entry["format"] != _FORMAT or path.stat().st_size != size or _check_of(path) != entry["check"]:
        raise ValueError(path)
    rows = read_arrays(folder / "rows.npz")
    labels, splits, sizes, identities = (rows[what] for what in ("labels", "splits", "sizes", "identities"))
    return Raw(
        name=name,
        samples=_samples(path, shape, kind),
        value_range=_pair(entry["range"]),
        file_range=_pair(entry["file_range"]) if entry["file_range"] else None,
        range_given=entry["range_given"],
        depth=Depth(**entry["depth"]) if entry["depth"] else None,
        labels=_labels_of(labels.tolist(), entry["multi_label"]) if len(labels) else None,
        classes=tuple(entry["classes"]),
        multi_label=entry["multi_label"],
        splits=split_rows(splits) if len(splits) else {},
        files=tuple(entry["files"]),
        unreadable=tuple((file, reason) for file, reason in entry["unreadable"]),
        ignored=entry["ignored"],
        told=entry["told"],
        generated=tuple(entry["generated"]),
        sizes=sizes,
        fingerprint=entry["fingerprint"],
        identities=identities,
    )


def _labels_of(texts: list[str], multi_label: bool) -> Labels:
    if multi_label:
        return [tuple(text.split(_BETWEEN)) if text else () for text in texts]
    return [text or None for text in texts]


def _pair(numbers: list[float]) -> Range:
    low, high = numbers
    return float(low), float(high)


def _samples(path: Path, shape: tuple[int, ...], kind: np.dtype) -> np.ndarray:
    if path.stat().st_size <= _KEPT_IN_MEMORY:
        return np.fromfile(path, kind).reshape(shape)
    # Copy-on-write: PyTorch warns of arrays that cannot be written, and nothing may change the file.
    return np.memmap(path, kind, "c", shape=shape)


def _check_of(path: Path) -> int:
    """A checksum of up to 64 blocks of 1 MiB, evenly spread: of all of the file, up to 64 MiB."""
    size = path.stat().st_size
    whole = 0
    last = max(size - _BLOCK, 0)
    starts = range(0, size, _BLOCK) if size <= _BLOCK * _BLOCKS else (last * i // (_BLOCKS - 1) for i in range(_BLOCKS))
    with path.open("rb") as file:
        for start in starts:
            file.seek(start)
            whole = zlib.crc32(file.read(_BLOCK), whole)
    return whole


@dataclass
class _Progress:
    """What building collects besides pixels."""

    digests: dict[int, bytes] = field(default_factory=dict)
    sizes: dict[int, tuple[int, int]] = field(default_factory=dict)
    reasons: dict[int, str] = field(default_factory=dict)
    generated: set[int] = field(default_factory=set)
    coarse: set[int] = field(default_factory=set)
    peaks: dict[int, float] = field(default_factory=dict)
    deep_rows: set[int] = field(default_factory=set)

    def take(self, done: Decoded) -> None:
        """What is known of an image that was decoded."""
        self.digests[done.row], self.sizes[done.row] = done.digest, done.size
        if done.generated:
            self.generated.add(done.row)
        if done.coarse:
            self.coarse.add(done.row)
        if done.peak is not None:
            self.peaks[done.row] = done.peak


def _build(folder: Path, name: str, listing: Listing, plan: Plan, section: DataSection, reporter: Reporter) -> None:
    with new_entry(folder) as beside:
        path = beside / "samples.bin"
        length = int(np.prod(plan.shape))
        _require_space(beside, len(listing.names) * length)
        with path.open("w+b") as file:
            found = _write_pixels(file, listing, plan, reporter, beside)
        rows = [row for row in range(len(listing.names)) if row in found.digests]
        _require_some(rows, name, listing, found)
        _keep_rows(path, rows, length * (2 if found.deep_rows else 1))
        ranged = _settle_range(path, listing, rows, length, found, section)
        entry = _entry(listing, plan, rows, found, ranged)
        np.savez(beside / "rows.npz", **_row_arrays(listing, rows, found))  # type: ignore[arg-type]  # as in ``cache``
        entry["check"] = _check_of(path)
        (beside / "entry.json").write_bytes(json_bytes(entry))


def _settle_range(
    path: Path, listing: Listing, rows: list[int], length: int, found: _Progress, section: DataSection
) -> dict[str, Any]:
    """Brings what is stored into the range that the recipe or the brightest image asks for; what is said of it."""
    given = given_range(section)
    told: dict[str, Any] = {"dtype": "|u1", "range": BYTES, "file_range": None, "range_given": False, "depth": None}
    if not found.peaks:
        return told
    row = max(found.peaks, key=lambda row: (found.peaks[row], -row))
    depth = Depth(len(found.peaks), len(rows), found.peaks[row], listing.names[row], found.peaks[row])
    told |= {"file_range": given, "range_given": given is not None, "depth": vars(depth)}
    if not found.deep_rows:  # floats alone, which are stored as levels of the range given
        return told
    counts = count_stored(path)
    limits = choose_range(section, depth.brightest, counts)
    shallow = np.array([row not in found.deep_rows for row in rows])
    bring_into(path, limits, shallow, length)
    usual = vars(depth) | {"usual": float(usual_brightest(counts))}
    return told | {"dtype": "<u2", "range": limits, "file_range": limits, "depth": usual}


def _require_space(folder: Path, size: int) -> None:
    """Refuses before hours of decoding what cannot be kept in the end."""
    free = shutil.disk_usage(folder).free
    if free >= size + _SPARE_BYTES:
        return
    if size < _SPARE_BYTES:
        reason = _("its disk is nearly full: {free:,} MB are free, and {spare:,} MB of them are left to others")
    else:
        reason = _(
            "the decoded images need {size:,} MB, and of {free:,} MB that are free {spare:,} MB are left to others; a "
            "smaller data.size needs less"
        )
    told = {"size": _megabytes(size), "free": free // 10**6, "spare": _megabytes(_SPARE_BYTES)}
    raise OSError(errno.ENOSPC, reason.format(**told))


def _megabytes(size: int) -> int:
    return -(-size // 10**6)


def _write_pixels(file: BinaryIO, listing: Listing, plan: Plan, reporter: Reporter, folder: Path) -> _Progress:
    # Written, not mapped: a full disk is then an error that can be reported, not a signal that kills.
    found = _Progress()
    length = int(np.prod(plan.shape))
    pixels = PixelFile(file, length, lambda: _require_space(folder, 2 * len(listing.names) * length))
    with reporter.task(_("Decoding"), len(listing.names), _("images")) as task:
        for done in decode_all(listing.contents(), plan):
            if done.pixels is None:
                found.reasons[done.row] = done.reason
            else:
                pixels.write(done.row, done.pixels)
                found.take(done)
            task.advance()
        file.flush()
        os.fsync(file.fileno())
    found.deep_rows = pixels.deep_rows
    return found


def _require_some(rows: list[int], name: str, listing: Listing, found: _Progress) -> None:
    if rows:
        return
    bad = _unreadable(listing, found)
    message = _("{source}: none of the {n} image files can be read; the first, {file}: {reason}.")
    raise DataError(message.format(source=name, n=len(bad), file=bad[0][0], reason=_(bad[0][1])))


def _unreadable(listing: Listing, found: _Progress) -> list[tuple[str, str]]:
    decoding = [(listing.names[row], reason) for row, reason in found.reasons.items()]
    return sorted([*listing.unreadable, *decoding])


def _keep_rows(path: Path, rows: list[int], length: int) -> None:
    """Moves ``rows`` together and cuts the file after the last."""
    with path.open("r+b") as file:
        for target, row in enumerate(rows):
            if target != row:
                file.seek(row * length)
                pixels = file.read(length)
                file.seek(target * length)
                file.write(pixels)
        file.truncate(len(rows) * length)


def _entry(listing: Listing, plan: Plan, rows: list[int], found: _Progress, ranged: dict[str, Any]) -> dict[str, Any]:
    labels = None if listing.labels is None else [listing.labels[row] for row in rows]
    splits = None if listing.splits is None else [listing.splits[row] for row in rows]
    content: list[object] = [plan.shape, plan.resize, labels, splits, listing.multi_label]
    if ranged["file_range"]:
        content.append(ranged["file_range"])
    if listing.classes:
        content.append(listing.classes)
    return {
        **ranged,
        "format": _FORMAT,
        "shape": [len(rows), *plan.shape],
        "files": [listing.names[row] for row in rows],
        "generated": [listing.names[row] for row in rows if row in found.generated],
        "multi_label": listing.multi_label,
        "classes": listing.classes,
        "told": {**listing.told, **_coarse(listing, rows, found)},
        "unreadable": _unreadable(listing, found),
        "ignored": listing.ignored,
        "fingerprint": fingerprint_of_facts(content, _digests(rows, found)),
    }


def _coarse(listing: Listing, rows: list[int], found: _Progress) -> dict[str, Any]:
    """For the audit: images whose colour has more bits than were read."""
    names = [listing.names[row] for row in rows if row in found.coarse]
    return {"coarse": {"count": len(names), "files": names[:_MOST_COARSE]}} if names else {}


def _row_arrays(listing: Listing, rows: list[int], found: _Progress) -> dict[str, np.ndarray]:
    """Texts of labels and splits (empty arrays: none), sizes, identities: much quicker to read than JSON."""
    labels = [] if listing.labels is None else [_text_of(listing.labels[row], listing.multi_label) for row in rows]
    splits = [] if listing.splits is None else [listing.splits[row] for row in rows]
    sizes = np.asarray([found.sizes[row] for row in rows], np.int32)
    identities = identity_numbers(_digests(rows, found))
    texts = {"labels": np.asarray(labels, np.str_), "splits": np.asarray(splits, np.str_)}
    return {**texts, "sizes": sizes, "identities": identities}


def _text_of(label: Any, multi_label: bool) -> str:
    return _BETWEEN.join(label) if multi_label else label or ""


def _digests(rows: list[int], found: _Progress) -> Iterator[bytes]:
    return (found.digests[row] for row in rows)
