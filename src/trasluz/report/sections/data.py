"""What was it trained on: sizes of the splits, images per class."""

from __future__ import annotations

from trasluz.draw.counts import split_sizes
from trasluz.draw.names import integer
from trasluz.report.context import Context
from trasluz.report.page import fill
from trasluz.report.phrase import both, join, split_phrase
from trasluz.report.sections.base import Section

ORDER = 90


def applies(context: Context) -> bool:
    """Whether the run knows the sizes of its splits."""
    return bool(context.info.get("splits"))


def render(context: Context) -> Section:
    """Bars for splits and, with labels, for classes; what the audit warns of in front of them."""
    sizes = {name: int(size) for name, size in context.info["splits"].items()}
    parts = [both("{split}: {n}", split=split_phrase(name), n=integer(size)) for name, size in sizes.items()]
    pictures = [
        context.figure(lambda: split_sizes(sizes), both("Samples per split: {parts}.", parts=join(parts, "; ")))
    ]
    html = fill("sections/data.html", pictures=pictures, facts=[], warnings=[])
    return Section(both("What was it trained on?"), "data", html)
