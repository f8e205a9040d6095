"""What are its samples worth: samples, the training images nearest to them, and numbers beside those of real images."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from typing import Any

import numpy as np

from trasluz.draw.mosaic import Style, mosaic
from trasluz.draw.names import Numeral, has_better, higher_is_better, integer, metric_value, percent, significant
from trasluz.draw.provenance import chunks
from trasluz.evaluation.sample_evaluation import SampleEvaluation
from trasluz.report.context import Context
from trasluz.report.images import Made, data_address
from trasluz.report.page import fill
from trasluz.report.phrase import Phrase, both, kept_phrase, metric_phrase, plain, split_phrase
from trasluz.report.sections.base import Section
from trasluz.runs.evaluations import load_samples

ORDER = 22
_TILE = 64


@dataclass(frozen=True)
class Row:
    """One metric of the samples beside real images; ``rises`` is ``None`` where no direction is better."""

    name: Phrase
    value: str
    interval: str
    real: str
    real_interval: str
    rises: bool | None


def applies(context: Context) -> bool:
    """Whether samples were judged."""
    return load_samples(context.weights) is not None


def answer(context: Context) -> Phrase:
    """The first metric beside that of real images."""
    found = load_samples(context.weights)
    assert found is not None, "applies() made sure of it"
    name = next(iter(found.metrics))
    key = f"samples/{name}"
    told = {"metric": metric_phrase(key), "value": metric_value(key, found.metrics[name])}
    if name not in found.real:
        return both("{metric} of {count} samples: {value}.", count=integer(found.count), **told)
    return both(
        "{metric} of {count} samples: {value}; of real images in their place: {real}.",
        count=integer(found.count),
        real=metric_value(key, found.real[name]),
        **told,
    )


def render(context: Context) -> Section:
    """A grid, a table, classes, and the samples that are nearest to training images."""
    found = load_samples(context.weights)
    assert found is not None, "applies() made sure of it"
    html = fill(
        "sections/samples.html",
        lead=_lead(found),
        grid=_grid(context, found),
        grid_alt=both("A grid of {n} generated images.", n=len(found.examples["images"])),
        rows=[_row(found, name) for name in found.metrics],
        classes=_classes(found),
        cards=[_card(context, found, i) for i in range(len(found.examples["closest"]))],
        notes=[kept_phrase(note) for note in found.notes],
    )
    return Section(both("What are its samples worth?"), "samples", html)


def _lead(found: SampleEvaluation) -> Phrase:
    return both(
        "{count} samples beside {held_out} {split} images, compared over the {features} features of the classifier "
        "{classifier}. Such numbers compare generators over one classifier; they say nothing beside numbers over other "
        "features.",
        count=integer(found.count),
        held_out=integer(found.held_out),
        split=split_phrase(found.split),
        features=integer(found.features),
        classifier=found.classifier,
    )


def _grid(context: Context, found: SampleEvaluation) -> str:
    """All example samples as one picture that says that a network made it."""
    buffer = io.BytesIO()
    picture = mosaic(found.examples["images"], style=Style(tile=_TILE, gap=3, margin=3))
    picture.save(buffer, "PNG", optimize=True, pnginfo=chunks("generated", context.origin, {"seed": found.seed}))
    return f"data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode()}"


def _row(found: SampleEvaluation, name: str) -> Row:
    key = f"samples/{name}"
    interval, beside = (
        Numeral(" – ".join(metric_value(key, bound) for bound in of.get(name, ())))
        for of in (found.intervals, found.real_intervals)
    )
    real = metric_value(key, found.real[name]) if name in found.real else ""
    rises = higher_is_better(key) if has_better(key) else None
    return Row(metric_phrase(key), metric_value(key, found.metrics[name]), interval, real, beside, rises)


def _classes(found: SampleEvaluation) -> list[tuple[str, str, str]]:
    return [
        (name, percent(share), percent(real))
        for name, share, real in zip(found.classes, found.shares, found.real_shares, strict=True)
    ]


def _card(context: Context, found: SampleEvaluation, index: int) -> dict[str, Any]:
    position = int(found.examples["positions"][index])
    row = int(found.arrays["neighbours"][position])
    sample = both("Generated image {number}", number=position + 1)
    neighbour = both("The training image nearest to it, row {row}", row=row)
    pictures = [
        (_keep(context, found.examples["closest"][index], Made("generated", context.origin)), sample),
        (_keep(context, found.examples["neighbours"][index]), neighbour),
    ]
    return {"pictures": pictures, "lines": [plain(significant(float(found.arrays["distances"][position])))]}


def _keep(context: Context, image: np.ndarray, made: Made | None = None) -> int:
    """The number of a picture that is put onto the page."""
    context.pictures.append(data_address(image, made))
    return len(context.pictures) - 1
