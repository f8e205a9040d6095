"""What are its samples worth: samples, the training images nearest to them, and numbers beside those of real images."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from typing import Any

import numpy as np

from trasluz.draw.mosaic import Style, mosaic
from trasluz.draw.names import integer, percent, significant
from trasluz.draw.provenance import chunks
from trasluz.evaluation.sample_evaluation import SampleEvaluation
from trasluz.messages import N_
from trasluz.report.context import Context
from trasluz.report.images import Made, data_address
from trasluz.report.page import fill
from trasluz.report.phrase import Phrase, both, plain, split_phrase
from trasluz.report.sections.base import Section
from trasluz.runs.evaluations import load_samples

ORDER = 22
_TILE = 64

# Name, whether it is a share of 1, and which direction is better (None: neither)
_METRICS: dict[str, tuple[str, bool, bool | None]] = {
    "fid": (N_("Fréchet distance (FID)"), False, False),
    "kid": (N_("Kernel distance (KID)"), False, False),
    "precision": (N_("Precision: samples that look real"), True, True),
    "recall": (N_("Recall: real images that samples reach"), True, True),
    "density": (N_("Density: how deep samples lie among real images"), False, True),
    "coverage": (N_("Coverage: real images with a sample beside them"), True, True),
    "nearest": (N_("Median distance to the nearest training image"), False, None),
    "copies_share": (N_("As close to a training image as 1 % of new images"), True, False),
    "smallest_share": (N_("Share of the rarest class"), True, True),
    "entropy": (N_("Evenness of the classes"), True, True),
}


@dataclass(frozen=True)
class Row:
    """One metric of the samples beside real images; ``rises`` is ``None`` where no direction is better."""

    name: Phrase
    value: str
    interval: str
    real: str
    rises: bool | None


def applies(context: Context) -> bool:
    """Whether samples were judged."""
    return load_samples(context.weights) is not None


def render(context: Context) -> Section:
    """A grid, a table, classes, and the samples that are nearest to training images."""
    found = load_samples(context.weights)
    assert found is not None, "applies() made sure of it"
    html = fill(
        "sections/samples.html",
        lead=_lead(found),
        grid=_grid(context, found),
        grid_alt=both("A grid of {n} generated images.", n=len(found.examples["images"])),
        rows=[_row(found, name) for name in _METRICS if name in found.metrics],
        classes=_classes(found),
        cards=[_card(context, found, i) for i in range(len(found.examples["closest"]))],
        notes=found.notes,
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
    words, share, rises = _METRICS[name]
    show = percent if share else significant
    interval = " – ".join(show(bound) for bound in found.intervals[name]) if name in found.intervals else ""
    real = show(found.real[name]) if name in found.real else ""
    return Row(both(words), show(found.metrics[name]), interval, real, rises)


def _classes(found: SampleEvaluation) -> list[tuple[str, str, str]]:
    return [
        (name, percent(share), percent(real))
        for name, share, real in zip(found.classes, found.shares, found.real_shares, strict=True)
    ]


def _card(context: Context, found: SampleEvaluation, place: int) -> dict[str, Any]:
    position = int(found.examples["positions"][place])
    row = int(found.arrays["neighbours"][position])
    sample = both("Generated image {number}", number=position + 1)
    neighbour = both("The training image nearest to it, row {row}", row=row)
    pictures = [
        (_keep(context, found.examples["closest"][place], Made("generated", context.origin)), sample),
        (_keep(context, found.examples["neighbours"][place]), neighbour),
    ]
    return {"pictures": pictures, "lines": [plain(significant(float(found.arrays["distances"][position])))]}


def _keep(context: Context, image: np.ndarray, made: Made | None = None) -> int:
    """The number of a picture that is put onto the page."""
    context.pictures.append(data_address(image, made))
    return len(context.pictures) - 1
