"""Exact duplicates: rows whose stored numbers are equal to the last bit, found by hash in one pass over the array."""

from __future__ import annotations

import hashlib

import numpy as np

from trasluz.messages import _
from trasluz.reporting import Reporter

_CHUNK_BYTES = 32 << 20


def exact_groups(samples: np.ndarray, reporter: Reporter | None = None) -> np.ndarray:
    """Int64 ``[n]``: for each row of ``samples`` ``[n, ...]`` the first row that equals it, often itself."""
    digests = np.empty(len(samples), "S16")
    row_bytes = max(samples[:1].nbytes, 1)
    chunk = max(_CHUNK_BYTES // row_bytes, 1)
    with (reporter or Reporter()).task(_("Looking for duplicates"), len(samples), _("images")) as task:
        for start in range(0, len(samples), chunk):
            part = np.ascontiguousarray(samples[start : start + chunk])
            digests[start : start + len(part)] = [_digest(row) for row in part]
            task.advance(len(part))
    _values, first, inverse = np.unique(digests, return_index=True, return_inverse=True)
    groups: np.ndarray = first[inverse.reshape(-1)].astype(np.int64)
    return groups


def _digest(row: np.ndarray) -> bytes:
    return hashlib.blake2b(row.tobytes(), digest_size=16).digest()
