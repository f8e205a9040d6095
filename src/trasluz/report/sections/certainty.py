"""Where is it most sure and wrong, and where right but hardly sure."""

from __future__ import annotations

from typing import Any

import numpy as np

from trasluz.draw.names import integer, percent
from trasluz.report.context import Context
from trasluz.report.page import fill
from trasluz.report.phrase import Phrase, both, both_n
from trasluz.report.samples import Sample, classified
from trasluz.report.sections.base import Section

ORDER = 44
_SURE = 0.9
_AT_MOST = 12  # as many of each as evaluation keeps on purpose; further ones would not be the next in line


def applies(context: Context) -> bool:
    """Whether there are classified example images."""
    return context.main is not None and bool(classified(context.main))


def answer(context: Context) -> Phrase:
    """How many of all mistakes it was sure of, and the surest."""
    assert context.main is not None, "applies() made sure of it"
    labels, probabilities = context.main.arrays["labels"], context.main.arrays["probabilities"]
    known = labels >= 0
    wrong = known & (probabilities.argmax(1) != labels)
    if not wrong.any():
        return both("It made no mistake among {n} images.", n=integer(int(known.sum())))
    confidence = np.where(wrong, probabilities.max(1), 0)
    worst = int(confidence.argmax())
    return both_n(
        "It made {n} mistake, in which it took {true} for {said} and was {share} sure.",
        "It was at least {sure} sure in {many} of its {n} mistakes; in the surest it took {true} for {said}, with "
        "{share}.",
        int(wrong.sum()),
        sure=percent(_SURE, 0),
        many=integer(int((confidence >= _SURE).sum())),
        true=context.main.classes[int(labels[worst])],
        said=context.main.classes[int(probabilities[worst].argmax())],
        share=percent(float(confidence[worst])),
    )


def render(context: Context) -> Section:
    """Two galleries."""
    assert context.main is not None, "applies() made sure of it"
    samples = classified(context.main)
    wrong = [s for s in samples if s.label != s.predicted][:_AT_MOST]
    right = [s for s in samples if s.label == s.predicted][-_AT_MOST:][::-1]
    classes = context.main.classes
    galleries = [
        (
            both("Wrong, and most sure of it"),
            [_card(context, s, classes) for s in wrong],
            both("There are no mistakes among these images."),
        ),
        (both("Right, but least sure"), [_card(context, s, classes) for s in right], both("No image was recognised.")),
    ]
    html = fill(
        "sections/gallery.html",
        galleries=galleries,
        lead=both(
            "Mistakes made with confidence often show wrong labels or a habit worth knowing; "
            "hesitant right answers show where the border between classes runs."
        ),
    )
    return Section(both("Where is it sure and wrong?"), "certainty", html)


def _card(context: Context, sample: Sample, classes: tuple[str, ...]) -> dict[str, Any]:
    assert sample.label is not None
    assert sample.predicted is not None, "classified() gives only samples with both"
    true, said = classes[sample.label], classes[sample.predicted]
    alt = both("Image {row}: {true}, taken for {said}", row=sample.row, true=true, said=said)
    lines: list[Phrase | str] = [both("{said}, {share}", said=said, share=percent(sample.confidence))]
    if true != said:
        lines.append(both("in truth {true}", true=true))
    return {"pictures": [(context.picture("images", sample.index), alt)], "lines": lines}
