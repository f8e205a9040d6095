"""Which samples runs know and which they were trained on, so that they can be compared on the same ones."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

import numpy as np

from trasluz.api.opened import OpenedRun
from trasluz.data.describe.fingerprint import digest
from trasluz.data.describe.identities import identity_numbers
from trasluz.errors import RequestError
from trasluz.runs.splits import KnownSamples, load_known, load_splits


def known_samples(runs: Sequence[OpenedRun]) -> list[KnownSamples | None]:
    """What each run knows of its samples; ``None`` where it cannot be told.

    A run of before runs kept that is asked for its data; where these are gone, equal fingerprints say that rows mean
    the same samples.
    """
    found = [_known(run) for run in runs]
    told = {
        str(run.info.get("fingerprint", "")): known.identities
        for run, known in zip(runs, found, strict=True)
        if known is not None
    }
    return [known if known is not None else _by_rows(run, told) for run, known in zip(runs, found, strict=True)]


def rows_of(known: KnownSamples, identities: np.ndarray) -> np.ndarray | None:
    """The row int64 ``[m]`` of each of ``identities``, the first of equal samples; ``None`` where one is not there."""
    values, first = np.unique(known.identities, return_index=True)
    place = np.searchsorted(values, identities)
    if len(identities) and (place.max() == len(values) or not np.array_equal(values[place], identities)):
        return None
    return first[place]


def untrained_by_all(known: Sequence[KnownSamples]) -> np.ndarray:
    """Identities of the samples that every run knows, that none was trained on and that none keeps for its test;
    ascending, each once."""
    common = reduce(np.intersect1d, [one.identities for one in known])
    closed = [one.trained for one in known]
    closed += [one.identities[one.splits["test"]] for one in known if "test" in one.splits]
    return np.setdiff1d(common, np.concatenate(closed))


def _known(run: OpenedRun) -> KnownSamples | None:
    stored = load_known(run.path)
    if stored is not None:
        return stored
    try:
        data = run.data
    except RequestError:
        return None
    if data.identities is None:
        return None
    return KnownSamples(data.identities, data.splits, np.empty(0, np.int64))


def _by_rows(run: OpenedRun, told: dict[str, np.ndarray]) -> KnownSamples | None:
    """Rows as those of another run of equal data, or numbered by the fingerprint and the row."""
    fingerprint = str(run.info.get("fingerprint", ""))
    samples = int((run.info.get("audit") or {}).get("samples", 0))
    if not fingerprint or not samples:
        return None
    identities = told.get(fingerprint)
    if identities is None:
        identities = identity_numbers(digest(f"{fingerprint}#{row}".encode()) for row in range(samples))
        told[fingerprint] = identities
    splits = load_splits(run.path, len(identities), {})
    return KnownSamples(identities, splits, np.empty(0, np.int64)) if splits else None
