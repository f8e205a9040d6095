"""Which numbers stand for black and white in images that came as arrays of 16-bit numbers or floats (``deep.py``)."""

from __future__ import annotations

import dataclasses

import numpy as np

from trasluz.data.describe.fingerprint import fingerprint_of_facts
from trasluz.data.read.deep import (
    Depth,
    Range,
    choose_range,
    count_numbers,
    given_range,
    percentiles,
    rescaled,
    usual_brightest,
    wants_percentiles,
)
from trasluz.data.read.raw import Raw
from trasluz.errors import DataError
from trasluz.messages import _
from trasluz.recipe import DataSection


def with_range(raw: Raw, section: DataSection) -> Raw:
    """``raw``, whose fingerprint is known, with its range settled and its samples cut to it; bytes stay as they are.

    Raises:
        DataError: a part of the range was asked for of images with transparency, whose opacity has another.
    """
    if raw.kind != "image" or raw.samples.dtype == np.uint8:
        return raw
    found = _whole(raw, section) if raw.samples.dtype == np.uint16 else _of_floats(raw, section)
    if found is None:
        return raw
    limits, depth = found
    given = given_range(section) is not None
    if raw.samples.shape[3] == 4 and (given or wants_percentiles(section)):
        message = _("data.range: {source} has transparency, which would be cut too; leave it at auto or full.")
        raise DataError(message.format(source=raw.name))
    content = raw.fingerprint
    if limits != raw.value_range:
        content = fingerprint_of_facts([content, limits])
    return dataclasses.replace(
        raw,
        samples=rescaled(raw.samples, limits, limits),
        value_range=limits,
        file_range=limits,
        range_given=given,
        depth=depth,
        fingerprint=content,
    )


def _whole(raw: Raw, section: DataSection) -> tuple[Range, Depth]:
    counts = count_numbers(raw.samples)
    brightest = int(np.flatnonzero(counts)[-1])
    row = next(i for i, image in enumerate(raw.samples) if image.max() == brightest)
    total = len(raw.samples)
    name = raw.files[row] if raw.files is not None else f"#{row}"
    depth = Depth(total, total, float(brightest), name, float(usual_brightest(counts)))
    return choose_range(section, brightest, counts), depth


def _of_floats(raw: Raw, section: DataSection) -> tuple[Range, None] | None:
    """What the recipe asks for; ``None`` where it leaves floats to what they span."""
    given = given_range(section)
    if given is not None:
        return given, None
    if not wants_percentiles(section):
        return None
    low, high = np.percentile(raw.samples, percentiles(section))
    return (float(low), float(high) if high > low else float(low) + 1.0), None
