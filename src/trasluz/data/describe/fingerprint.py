"""Fingerprints: the same content gives the same 32 digits on any machine, whatever its paths and times of change."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable

import numpy as np

from trasluz.data.read.raw import Raw

_CHUNK_BYTES = 16 << 20


def digest(content: bytes) -> bytes:
    """16 bytes that stand for ``content``."""
    return hashlib.blake2b(content, digest_size=16).digest()


def fingerprint_of_facts(facts: object, contents: Iterable[bytes] = ()) -> str:
    """Of JSON facts and the digests of files, in order."""
    whole = hashlib.blake2b(json.dumps(facts, sort_keys=True, default=repr).encode(), digest_size=16)
    for part in contents:
        whole.update(part)
    return whole.hexdigest()


def fingerprint_of_arrays(raw: Raw) -> str:
    """Of samples, labels, given splits and whatever else belongs to the rows."""
    whole = hashlib.blake2b(digest_size=16)
    extras = (raw.weights, raw.lengths, raw.domain, *(raw.splits[name] for name in sorted(raw.splits)))
    for array in (raw.samples, *extras):
        if array is None:
            whole.update(b"none")
            continue
        whole.update(f"{array.dtype.str}{array.shape}".encode())
        rows = max(_CHUNK_BYTES // max(array[:1].nbytes, 1), 1)
        for start in range(0, len(array), rows):
            whole.update(np.ascontiguousarray(array[start : start + rows]).data)
    labels = None if raw.labels is None else [_plain(label) for label in raw.labels]
    whole.update(repr((labels, sorted(raw.splits), raw.kind, raw.value_range)).encode())
    return whole.hexdigest()


def _plain(label: object) -> object:
    """Labels of NumPy and of Python look alike."""
    return label.item() if isinstance(label, np.generic) else label
