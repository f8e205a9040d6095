"""Answers of a classifier whose samples are no images: the confusion matrix, where it is small."""

from __future__ import annotations

from trasluz.draw.names import integer
from trasluz.report.context import Context
from trasluz.report.highlights.base import Highlight
from trasluz.report.page import fill
from trasluz.report.phrase import both
from trasluz.report.sections.confusion import depth

SLOT = "gives"
ORDER = 40
_MOST = 6  # classes that have room


def applies(context: Context) -> bool:
    """Whether a few classes were told apart."""
    main = context.main
    return main is not None and main.confusion is not None and 1 < len(main.classes) <= _MOST


def render(context: Context) -> Highlight:
    """Counts; rows are true classes."""
    assert context.main is not None
    assert context.main.confusion is not None, "applies() made sure of both"
    counts, classes = context.main.confusion, context.main.classes
    rows = [
        (classes[true], [(integer(n), round(float(n / max(row.sum(), 1)), 3)) for n in row])
        for true, row in enumerate(counts)
    ]
    html = fill("highlights/confusion.html", classes=classes, rows=rows, depth=depth)
    caption = both("Rows are true classes, columns what the model said.")
    return Highlight(both("What it says"), "confusion", html, caption)
