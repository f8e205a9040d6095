"""Identities: one number per sample that its content gives, whatever its path, its place in the source or the recipe.

By these a split is drawn, so that it follows from the data and a seed alone, and by these samples are known again in
runs that read them in another order, at another size, or from another folder.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from trasluz.data.describe.fingerprint import digest, fingerprint_of_facts


def identity_numbers(digests: Iterable[bytes]) -> np.ndarray:
    """Int64 ``[n]``: of each digest its first eight bytes. Among a million samples, two that differ have the same
    number once in 40 million data sets."""
    return np.frombuffer(b"".join(one[:8] for one in digests), "<i8").astype(np.int64)


def identities_of_rows(samples: np.ndarray) -> np.ndarray:
    """Int64 ``[n]`` of samples ``[n, ...]`` that have no files: by the bytes of each row, as the source gave it."""
    return identity_numbers(digest(np.ascontiguousarray(row).tobytes()) for row in samples)


def split_fingerprints(splits: Mapping[str, np.ndarray], identities: np.ndarray | None) -> dict[str, str]:
    """32 digits per split, equal where two splits hold the same samples in any order; none without identities."""
    if identities is None:
        return {}
    return {
        name: fingerprint_of_facts(len(rows), [np.sort(identities[rows]).tobytes()]) for name, rows in splits.items()
    }
