"""Image by image: every sample of which an image is kept, to be filtered by class and confidence, and sorted."""

from __future__ import annotations

from typing import Any

import numpy as np

from trasluz.draw.escaping import visible
from trasluz.draw.names import integer, percent, significant
from trasluz.report.canvas import script_json
from trasluz.report.context import Context
from trasluz.report.page import fill
from trasluz.report.phrase import Phrase, both
from trasluz.report.samples import Sample, classified, reconstructed
from trasluz.report.sections.base import Section

ORDER = 45


def applies(context: Context) -> bool:
    """Whether there are example images with an answer or a reconstruction."""
    return bool(_samples(context))


def _samples(context: Context) -> list[Sample]:
    return [] if context.main is None else classified(context.main) or reconstructed(context.main)


def answer(context: Context) -> Phrase:
    """How many of all are here."""
    assert context.main is not None, "applies() made sure of it"
    return both(
        "{n} of {total} images, to be filtered and sorted.",
        n=integer(len(_samples(context))),
        total=integer(context.main.count),
    )


def render(context: Context) -> Section:
    """Controls, and what they leave of the images."""
    assert context.main is not None, "applies() made sure of it"
    samples = _samples(context)
    answers = samples[0].predicted is not None
    classes = context.main.classes if answers else ()
    data = {"classes": [visible(name) for name in classes], "entries": [_entry(context, s) for s in samples]}
    html = fill("sections/browse.html", answers=answers, classes=classes, data=script_json(data))
    return Section(both("Image by image"), "browse", html)


def _entry(context: Context, sample: Sample) -> dict[str, Any]:
    """As ``browse.js`` reads it: pictures, name, true and predicted class, how sure, the error; numbers and texts."""
    found: dict[str, Any] = {
        "p": [context.picture("images", sample.index)],
        "f": visible(sample.file) or f"#{sample.row}",
    }
    if sample.error is not None:
        found["p"].append(context.picture("reconstructions", sample.index))
        return found | {"e": round(sample.error, 8), "w": significant(sample.error)}
    sure = float(np.round(sample.confidence, 5))
    return found | {"t": sample.label, "s": sample.predicted, "c": sure, "w": percent(sample.confidence)}
